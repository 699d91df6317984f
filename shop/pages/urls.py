"""Addresses of the information pages."""

from django.urls import path

from shop.pages import views

urlpatterns = [
    path("about/", views.about, name="about"),
    path("how-prescriptions-work/", views.how_prescriptions_work, name="how-prescriptions-work"),
    path("delivery/", views.delivery, name="delivery"),
    path("complaints/", views.complaints, name="complaints"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("healthz", views.health, name="health"),
]
