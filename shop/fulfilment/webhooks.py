"""Stripe tells us that something happened; we look for ourselves."""

from django.http import HttpRequest, HttpResponse


def stripe_webhook(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=501)
