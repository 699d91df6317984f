"""Addresses of a customer's prescriptions."""

from django.urls import path

from shop.prescriptions import thread_views, views

app_name = "prescriptions"
urlpatterns = [
    path("", views.prescription_list, name="list"),
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/thread/", thread_views.own_thread, name="thread"),
    path("<str:reference>/cancel/", views.cancel, name="cancel"),
    path("<str:reference>/pages/<uuid:page>/", views.page, name="page"),
]
