"""Staff look after the money of an order: cancel, pay back, and what needs a look."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from oscar.apps.order.exceptions import InvalidOrderStatus

from shop.accounts.forms import ProofForm
from shop.accounts.requests import SignedInRequest
from shop.dashboard.orders.forms import CancelForm, RefundForm
from shop.order_statuses import LEFT, OrderStatus
from shop.payments.life_cycles import RefundStatus
from shop.payments.models import PaymentAttempt, Reconciliation, Refund
from shop.payments.refunds import AlreadyAsked, TooMuch
from shop.settling import refunding
from shop.settling.refunding import TooManyPacks

# So many unfinished payments are shown; more than that is an outage, not a list to read.
SHOWN = 100


def _attempt_of(number: str) -> PaymentAttempt:
    attempts = PaymentAttempt.objects.select_related("order")
    return get_object_or_404(attempts, order__number=number)


def of_order(order: Any) -> dict[str, Any]:
    """What an order's page shows of its payment."""
    attempt = PaymentAttempt.objects.filter(order=order).first()
    if attempt is None:
        return {"attempt": None}
    return {
        "attempt": attempt,
        "waiting": attempt.operations.filter(done_at__isnull=True).select_related("refund"),
        "refunds": attempt.refunds.select_related("made_by").prefetch_related(
            "lines__order_line__medicine"
        ),
        "disputes": attempt.disputes.all(),
        "may_cancel": OrderStatus.CANCELLED in order.available_statuses(),
    }


def cancel_order(request: SignedInRequest, number: str) -> HttpResponse:
    """Ask why, then cancel the order and give everything back."""
    attempt = _attempt_of(number)
    form = CancelForm(request.POST or None)
    proof = ProofForm(request, request.POST or None)
    if request.method == "POST" and all([form.is_valid(), proof.is_given()]):
        try:
            refunding.cancel(attempt.order, by=request.user, note=form.cleaned_data["note"])
        except InvalidOrderStatus as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The order is cancelled. The customer has been told."))
        return redirect("dashboard:order-detail", number=number)
    context = {"order": attempt.order, "attempt": attempt, "form": form, "proof": proof}
    return render(request, "oscar/dashboard/orders/order_cancel.html", context)


def refund_order(request: SignedInRequest, number: str) -> HttpResponse:
    """Pay back packs or an amount."""
    attempt = _attempt_of(number)
    form = RefundForm(attempt, request.POST or None)
    proof = ProofForm(request, request.POST or None)
    is_sound = request.method == "POST" and all([form.is_valid(), proof.is_given()])
    if is_sound and _pay_back(request, form):
        return redirect("dashboard:order-detail", number=number)
    context = {
        "order": attempt.order,
        "attempt": attempt,
        "form": form,
        "proof": proof,
        "has_left": attempt.order is not None and attempt.order.status in LEFT,
    }
    return render(request, "oscar/dashboard/orders/order_refund.html", context)


def _pay_back(request: SignedInRequest, form: RefundForm) -> bool:
    """Whether there is nothing more to ask; otherwise the form says what is wrong."""
    try:
        made = refunding.refund(form.attempt, form.wanted(), by=request.user)
    except TooMuch as refusal:
        form.refuse_amount(refusal.left_minor)
        return False
    except TooManyPacks as refusal:
        form.refuse_packs(refusal.line, refusal.left)
        return False
    except AlreadyAsked:
        messages.info(request, _("This refund was made already."))
        return True
    _say_what_became_of(request, made)
    return True


def _say_what_became_of(request: HttpRequest, made: Refund) -> None:
    if made.status == RefundStatus.FAILED:
        words = _("Stripe refused the refund: %(failure)s")
        messages.error(request, words % {"failure": made.failure})
    elif made.status == RefundStatus.REQUESTED:
        words = _(
            "Stripe cannot be reached. The refund is written down and made as soon as it can."
        )
        messages.warning(request, words)
    else:
        messages.success(request, _("The refund is on its way."))


@require_POST
def look_again(request: SignedInRequest, number: str) -> HttpResponse:
    """Read Stripe's books about an order again."""
    if refunding.look_again(_attempt_of(number)):
        messages.success(request, _("Stripe's books were read again."))
    else:
        messages.error(request, _("Stripe's books cannot be read just now."))
    return redirect("dashboard:order-detail", number=number)


@require_safe
def list_payments(request: HttpRequest) -> HttpResponse:
    """What needs a look, what is not finished, and what the last comparison with Stripe found."""
    context = {
        "needing_a_look": _with_facts(PaymentAttempt.objects.needing_a_look()),
        "unfinished": _with_facts(PaymentAttempt.objects.unfinished())[:SHOWN],
        "reconciliation": Reconciliation.objects.first(),
    }
    return render(request, "oscar/dashboard/orders/payment_list.html", context)


def _with_facts(attempts: QuerySet[PaymentAttempt]) -> QuerySet[PaymentAttempt]:
    return attempts.select_related("order", "user").prefetch_related(
        "operations", "refunds", "disputes"
    )
