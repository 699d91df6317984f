"""Addresses of a customer's prescriptions."""

from django.urls import path

from shop.prescription_pages import drafts, views
from shop.prescription_pages.answering import own_answer
from shop.prescription_pages.thread_page import own_thread

app_name = "prescriptions"
urlpatterns = [
    path("", views.prescription_list, name="list"),
    path("draft/", drafts.save, name="draft"),
    path("draft/discard/", drafts.discard, name="discard-draft"),
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/answer/", own_answer, name="answer"),
    path("<str:reference>/thread/", own_thread, name="thread"),
    path("<str:reference>/cancel/", views.cancel, name="cancel"),
    path("<str:reference>/pages/<uuid:page>/", views.page, name="page"),
]
