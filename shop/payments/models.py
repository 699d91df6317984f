"""What we asked Stripe to do, what it told us, and what is still to be done."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.payments.statuses import LIVE, Kind, Status


class PaymentAttempt(models.Model):
    """One way through the card page for one basket, with the quote the customer agreed to."""

    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payment_attempts"
    )
    basket = models.ForeignKey(
        "basket.Basket", on_delete=models.PROTECT, related_name="payment_attempts"
    )
    prescription = models.ForeignKey(
        "prescriptions.Prescription",
        on_delete=models.PROTECT,
        related_name="payment_attempts",
        null=True,
    )
    prescription_version = models.PositiveIntegerField(null=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.CREATED)
    amount_minor = models.PositiveBigIntegerField(help_text=_("in the currency's smallest unit"))
    currency = models.CharField(max_length=3)
    quote = models.JSONField()
    quote_hash = models.CharField(max_length=64)
    session_id = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001
    payment_intent_id = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001
    order = models.OneToOneField(
        "order.Order", on_delete=models.PROTECT, related_name="payment_attempt", null=True
    )
    capture_before = models.DateTimeField(null=True)
    failure = models.CharField(max_length=32, blank=True)
    failure_detail = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="known_payment_status"
            ),
            models.UniqueConstraint(
                fields=("basket",), condition=Q(status__in=LIVE), name="one_live_attempt_per_basket"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(Status.PLACED, Status.CAPTURED))
                | Q(order__isnull=False, payment_intent_id__isnull=False),
                name="a_placed_payment_has_an_order",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="there_is_something_to_pay"
            ),
        )

    def __str__(self) -> str:
        return str(self.reference)


class StripeEvent(models.Model):
    """An event Stripe sent us: that it came, and what became of it; never its contents."""

    id = models.CharField(max_length=255, primary_key=True)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255)
    livemode = models.BooleanField()
    received_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class StripeOperation(models.Model):
    """Something to be done at Stripe, written down before it is tried."""

    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=8, choices=Kind)
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("attempt", "kind"), name="each_operation_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.attempt}"
