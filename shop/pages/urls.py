"""Addresses of the information pages."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from shop.pages import views
from shop.pages.sitemaps import SITEMAPS

urlpatterns = [
    path("about/", views.about, name="about"),
    path("how-prescriptions-work/", views.how_prescriptions_work, name="how-prescriptions-work"),
    path("delivery/", views.delivery, name="delivery"),
    path("complaints/", views.complaints, name="complaints"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.health, name="health"),
]
