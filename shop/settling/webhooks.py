"""Stripe tells us that something happened; we look for ourselves before we act."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.payments import keys
from shop.payments.answers import SignatureRefused
from shop.payments.gateway import read_notice
from shop.settling import events


@csrf_exempt  # Stripe has no token of ours; its signature over the body stands in for it.
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Check the signature, remember the event, settle the attempt it is about."""
    try:
        notice = read_notice(request.body, request.headers.get("Stripe-Signature", ""))
    except SignatureRefused:
        return HttpResponse("signature refused", status=400, content_type="text/plain")
    if notice.livemode != keys.is_live():
        return HttpResponse("wrong mode", status=400, content_type="text/plain")
    if not events.take(notice):
        return HttpResponse("try again", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
