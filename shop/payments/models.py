"""What we asked Stripe to do, what it told us, and what is still to be done."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.order_statuses import FINISHED, LEFT
from shop.payments.life_cycles import (
    AT_STRIPE,
    DISPUTE_IN_OUR_FAVOUR,
    DISPUTE_LOST,
    DISPUTE_WITHOUT_MONEY,
    LIVE,
    Kind,
    RefundReason,
    RefundStatus,
    Review,
    Status,
)
from shop.payments.money import from_minor

# A refund that failed is shown for so long, unless another was made after it.
SHOWN_FOR = datetime.timedelta(days=30)


def _disputes_to_answer() -> models.QuerySet[Dispute]:
    """Undecided ones; and lost ones, as long as the order is here and is still to be cancelled."""
    disputes = Dispute.objects.filter(attempt=OuterRef("pk")).exclude(
        status__in=DISPUTE_IN_OUR_FAVOUR
    )
    is_over = Q(attempt__order__status__in=(*LEFT, *FINISHED)) | Q(attempt__order__isnull=True)
    return disputes.exclude(is_over, status=DISPUTE_LOST)


def _failed_refunds() -> models.QuerySet[Refund]:
    refunds = Refund.objects.filter(
        attempt=OuterRef("pk"),
        status__in=(RefundStatus.FAILED, RefundStatus.CANCELED),
        changed_at__gte=timezone.now() - SHOWN_FOR,
    )
    made_after = Refund.objects.filter(
        attempt=OuterRef("attempt"),
        status__in=(RefundStatus.REQUESTED, *AT_STRIPE),
        created_at__gt=OuterRef("created_at"),
    )
    return refunds.filter(~Exists(made_after))


class PaymentAttemptQuerySet(models.QuerySet["PaymentAttempt"]):
    def needing_a_look(self) -> PaymentAttemptQuerySet:
        """What a person has to look at: Stripe said no, a refund failed, a bank disputes, it stumbled."""
        return self.filter(
            Q(status=Status.NEEDS_REVIEW)
            | Q(review=Review.STUMBLED)
            | Exists(_disputes_to_answer())
            | Exists(_failed_refunds())
            | Exists(Refund.objects.filter(attempt=OuterRef("pk"), unknown_word__gt=""))
        )

    def unfinished(self) -> PaymentAttemptQuerySet:
        """What is still under way, or waits for Stripe."""
        waiting = Q(operations__isnull=False, operations__done_at__isnull=True)
        return self.filter(Q(status__in=LIVE) | waiting).distinct()


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
    status = models.CharField(max_length=14, choices=Status, default=Status.CREATED)
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
    review = models.CharField(max_length=20, choices=Review, blank=True)
    # How often in a row the shop could not go on with it, and why the last time.
    stumbles = models.PositiveSmallIntegerField(default=0)
    stumbled_over = models.CharField(max_length=300, blank=True)
    captured_minor = models.PositiveBigIntegerField(default=0)
    # Asked for at Stripe, and no answer yet.
    refunding_minor = models.PositiveBigIntegerField(default=0)
    # What Stripe counts as paid back, also while it is on its way.
    refunded_minor = models.PositiveBigIntegerField(default=0)
    # The order was cancelled, or never came to be: nothing that was taken may stay.
    all_goes_back = models.BooleanField(default=False)
    # What the customer's bank has taken back, or may keep.
    disputed_minor = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    objects = PaymentAttemptQuerySet.as_manager()

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
                condition=~Q(status__in=(Status.PLACED, Status.CAPTURED, Status.PART_REFUNDED))
                | Q(order__isnull=False, payment_intent_id__isnull=False),
                name="a_placed_payment_has_an_order",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="there_is_something_to_pay"
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__lte=F("captured_minor")),
                name="never_more_back_than_was_taken",
            ),
        )

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def amount(self) -> Decimal:
        return from_minor(self.amount_minor, self.currency)

    @property
    def captured(self) -> Decimal:
        return from_minor(self.captured_minor, self.currency)

    @property
    def refunded(self) -> Decimal:
        return from_minor(self.refunded_minor, self.currency)

    @property
    def left(self) -> Decimal:
        return from_minor(self.left_minor, self.currency)

    @property
    def left_minor(self) -> int:
        """What is still ours and may be paid back, in minor units."""
        gone = self.refunded_minor + self.refunding_minor + self.disputed_minor
        return max(self.captured_minor - gone, 0)

    @property
    def is_disputed(self) -> bool:
        """Whether the customer's bank asks for the money, or has it; not after a decision for us."""
        return self.disputes.exclude(status__in=DISPUTE_IN_OUR_FAVOUR).exists()


class StripeEvent(models.Model):
    """An event Stripe sent us: that it came, and what became of it; never its contents."""

    id = models.CharField(max_length=255, primary_key=True)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255)
    livemode = models.BooleanField()
    received_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Refund(models.Model):
    """Money that goes back to the card, asked for here or found at Stripe."""

    # Travels to Stripe and back with the refund, and stops the second of two clicks.
    reference = models.UUIDField(unique=True, default=uuid.uuid4)
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.PositiveBigIntegerField(help_text=_("in the currency's smallest unit"))
    status = models.CharField(max_length=9, choices=RefundStatus, default=RefundStatus.REQUESTED)
    reason = models.CharField(max_length=12, choices=RefundReason)
    note = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    stripe_id = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001
    failure = models.CharField(max_length=300, blank=True)
    # What Stripe last said of it, where the shop does not know that word.
    unknown_word = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=RefundStatus.values), name="known_refund_status"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="a_refund_is_of_money"),
            models.CheckConstraint(
                condition=Q(status__in=(RefundStatus.REQUESTED, RefundStatus.FAILED))
                | Q(stripe_id__isnull=False),
                name="a_refund_on_its_way_is_stripes",
            ),
            models.CheckConstraint(
                condition=~Q(reason=RefundReason.OTHER) | Q(note__gt=""),
                name="another_reason_is_explained",
            ),
        )

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def amount(self) -> Decimal:
        return from_minor(self.amount_minor, self.attempt.currency)


class RefundLine(models.Model):
    """Packs of one line of the order that a refund is for."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        "order.Line", on_delete=models.PROTECT, related_name="refund_lines"
    )
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("refund", "order_line"), name="a_line_once_a_refund"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_refund_line_is_of_packs"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line_id}"


class Dispute(models.Model):
    """A customer's bank asks for the money back; what Stripe last said about it."""

    stripe_id = models.CharField(max_length=255, unique=True)
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="disputes")
    amount_minor = models.PositiveBigIntegerField(help_text=_("in the currency's smallest unit"))
    reason = models.CharField(max_length=40)
    status = models.CharField(max_length=40)
    due_by = models.DateTimeField(null=True)
    # When the reading began: an answer that was asked for earlier does not overwrite a later one.
    read_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return self.stripe_id

    @property
    def amount(self) -> Decimal:
        return from_minor(self.amount_minor, self.attempt.currency)

    @property
    def is_settled_for_us(self) -> bool:
        return self.status in DISPUTE_IN_OUR_FAVOUR

    @property
    def taken_minor(self) -> int:
        """What the bank has taken back because of it, in minor units."""
        return 0 if self.status in DISPUTE_WITHOUT_MONEY else self.amount_minor


class StripeOperation(models.Model):
    """Something to be done at Stripe, written down before it is tried."""

    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=8, choices=Kind)
    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, related_name="operation", null=True
    )
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    keyed_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("attempt", "kind"),
                condition=~Q(kind=Kind.REFUND),
                name="each_operation_once",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.REFUND, refund__isnull=False)
                | (~Q(kind=Kind.REFUND) & Q(refund__isnull=True)),
                name="an_operation_knows_its_refund",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.attempt}"


class Reconciliation(models.Model):
    """How far Stripe's list of events was read, and what the last comparison found; one row."""

    read_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{len(self.findings)} findings"
