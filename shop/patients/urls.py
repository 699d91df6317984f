"""Addresses of an account's patients."""

from django.urls import path

from shop.patients import views

app_name = "patients"
urlpatterns = [
    path("", views.patient_list, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:key>/", views.edit, name="edit"),
    path("<uuid:key>/archive/", views.archive, name="archive"),
    path("<uuid:key>/restore/", views.restore, name="restore"),
]
