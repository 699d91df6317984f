"""Addresses of a customer's prescriptions."""

from django.urls import path

from shop.prescriptions import drafts, views

app_name = "prescriptions"
urlpatterns = [
    path("", views.prescription_list, name="list"),
    path("draft/", drafts.save, name="draft"),
    path("draft/discard/", drafts.discard, name="discard-draft"),
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/cancel/", views.cancel, name="cancel"),
    path("<str:reference>/pages/<uuid:page>/", views.page, name="page"),
]
