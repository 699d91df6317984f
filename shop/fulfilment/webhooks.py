"""Stripe tells us that something happened; we look for ourselves before we act."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.fulfilment.settle import settle_quietly
from shop.payments.gateway import Notice, SignatureRefused, read_notice
from shop.payments.models import PaymentAttempt, StripeEvent


@csrf_exempt  # Stripe has no token of ours; its signature over the body stands in for it.
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Check the signature, remember the event, settle the attempt it is about."""
    try:
        notice = read_notice(request.body, request.headers.get("Stripe-Signature", ""))
    except SignatureRefused:
        return HttpResponse("signature refused", status=400, content_type="text/plain")
    if notice.livemode != settings.STRIPE_SECRET_KEY.startswith("sk_live_"):
        return HttpResponse("wrong mode", status=400, content_type="text/plain")
    event, _ = StripeEvent.objects.get_or_create(
        id=notice.event_id,
        defaults={
            "type": notice.type,
            "object_id": notice.object_id,
            "livemode": notice.livemode,
        },
    )
    if event.processed_at is None and not _acted_on(notice):
        return HttpResponse("try again", status=503, content_type="text/plain")
    StripeEvent.objects.filter(pk=event.pk, processed_at__isnull=True).update(
        processed_at=timezone.now()
    )
    return HttpResponse("ok", content_type="text/plain")


def _acted_on(notice: Notice) -> bool:
    """Whether everything the event asks for was done; an event about nothing of ours asks nothing."""
    attempt = _attempt_of(notice)
    return attempt is None or settle_quietly(attempt)


def _attempt_of(notice: Notice) -> PaymentAttempt | None:
    try:
        reference = uuid.UUID(notice.reference)
    except ValueError:
        return None
    return PaymentAttempt.objects.filter(reference=reference).first()
