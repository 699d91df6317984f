"""The addresses of the review desk, in the admin; Django's own list and forms are not there."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path

from shop.prescriptions.models import Prescription
from shop.review.desk import prescription
from shop.review.desk.queue import queue


@admin.register(Prescription)
class PrescriptionAdmin(admin.ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = "<str:reference>/"
        return [
            path("", wrap(queue), name="prescription-queue"),
            path(own, wrap(prescription.review), name="prescription-review"),
            path(f"{own}claim/", wrap(prescription.claim), name="prescription-claim"),
            path(f"{own}release/", wrap(prescription.release), name="prescription-release"),
            path(f"{own}withdraw/", wrap(prescription.withdraw), name="prescription-withdraw"),
            path(
                f"{own}pages/<uuid:page>/",
                wrap(prescription.page_picture),
                name="prescription-page",
            ),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
