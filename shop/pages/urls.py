"""Addresses of the information pages."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from shop.pages import views
from shop.pages.sitemaps import SITEMAPS

urlpatterns = [
    *[path(f"{name}/", views.plain, {"name": name}, name=name) for name in views.PLAIN],
    path("how-prescriptions-work/", views.how_prescriptions_work, name="how-prescriptions-work"),
    path("help/", views.help_now, name="help-now"),
    path("delivery/", views.delivery, name="delivery"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.health, name="health"),
]
