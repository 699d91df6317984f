"""The pictures of a prescription, as answers to a request."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from shop.prescriptions.models import Page, Prescription


def page_of(prescription: Prescription, page: uuid.UUID) -> Page:
    """A page of this prescription, or 404."""
    pages = Page.objects.select_related("document__prescription")
    return get_object_or_404(pages, uuid=page, document__prescription=prescription)


def picture_response(jpeg: bytes) -> HttpResponse:
    """A picture that no cache keeps and no page but ours shows."""
    response = HttpResponse(jpeg, content_type="image/jpeg")
    response["Cache-Control"] = "no-store, private"
    response["Content-Disposition"] = 'inline; filename="page.jpg"'
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
