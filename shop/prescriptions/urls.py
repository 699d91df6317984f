"""Addresses of a customer's prescriptions."""

from django.urls import URLPattern

app_name = "prescriptions"
urlpatterns: list[URLPattern] = []
