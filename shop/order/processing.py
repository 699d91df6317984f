"""What may leave the pharmacy: an order moves on only while its prescription and payment stand."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.processing import EventHandler as OscarEventHandler

from shop.accounts.models import User
from shop.order import emails
from shop.order_statuses import GUARDED, OrderStatus
from shop.payments import attempts, refunds
from shop.payments.life_cycles import PAID, RefundReason
from shop.payments.models import PaymentAttempt
from shop.prescriptions import supply_ledger
from shop.prescriptions.models import Prescription, Supply
from shop.prescriptions.statuses import STANDS
from shop.register import services as register
from shop.register.gathering import NothingDecided
from shop.vault.sealing import VaultError


class EventHandler(OscarEventHandler):
    def handle_order_status_change(
        self, order: Any, new_status: str, note_msg: str | None = None
    ) -> None:
        """Move an order on; raises InvalidOrderStatus, with the reason, when it must stay."""
        if new_status == OrderStatus.CANCELLED:
            raise InvalidOrderStatus(_("Cancel an order on its own page, with a reason."))
        with transaction.atomic():
            self._hold(order)
            if new_status in GUARDED:
                check_may_leave(order)
            super().handle_order_status_change(order, new_status, note_msg)
            if new_status == OrderStatus.DISPATCHED:
                self._for_stock(order, self.consume_stock_allocations)
                emails.tell_order_dispatched(order)
                self._enter(order)

    def cancel(self, order: Any, *, by: User, note: str) -> PaymentAttempt:
        """Cancel an order that has not left: stock and supplies come back, all money is to go back.

        Raises InvalidOrderStatus. What is to be done at Stripe is written down for the caller to
        run once this is committed.
        """
        with transaction.atomic():
            held = self._hold(order)
            if held is None or OrderStatus.CANCELLED not in order.available_statuses():
                raise InvalidOrderStatus(
                    _("An order that is “%(status)s” cannot be cancelled.")
                    % {"status": order.status}
                )
            self._undo(order, by=by, note=note)
            refunds.give_all_back(held, reason=RefundReason.CANCELLED, by=by, note=note)
        return held

    def cancel_unpaid(self, order: Any) -> None:
        """Cancel an order whose card could not be charged; the caller holds its attempt."""
        self._hold(order)
        if order.status != OrderStatus.CANCELLED:
            # Nobody decided it, so it stands under the name of the customer whose card it was.
            self._undo(order, by=order.user, note=_("automatic: the card could not be charged"))

    def _undo(self, order: Any, *, by: User, note: str) -> None:
        super().handle_order_status_change(
            order, OrderStatus.CANCELLED, f"{OrderStatus.CANCELLED}: {note}"
        )
        supplies = Supply.objects.filter(order_line__order=order, returned_at__isnull=True)
        held = list(
            supplies.select_related("authorisation__prescription").order_by(
                "authorisation__prescription_id", "pk"
            )
        )
        for prescription_id in sorted({each.authorisation.prescription_id for each in held}):
            Prescription.objects.select_for_update().get(pk=prescription_id)
        # The audit log, which giving back writes to, is locked last of all.
        self._for_stock(order, self.cancel_stock_allocations)
        for supply in held:
            supply_ledger.give_back(supply, by=by, note=_("order %s") % order.number)
        emails.tell_order_cancelled(order)

    def _enter(self, order: Any) -> None:
        """Enter what leaves into the register, which locks the audit log and so comes last."""
        try:
            register.enter(order, by=self.user, moment=timezone.now())
        except (VaultError, NothingDecided) as error:
            raise InvalidOrderStatus(
                _(
                    "The prescription cannot be opened to enter the supply. The order must not leave."
                )
            ) from error

    def _for_stock(self, order: Any, do: Callable[..., None]) -> None:
        """In the order of the stock records' keys, as everybody who takes several of them."""
        lines = list(order.lines.order_by("stockrecord_id", "pk"))
        do(order, lines, [line.quantity for line in lines])

    def _hold(self, order: Any) -> PaymentAttempt | None:
        """The attempt first, then the order: the same way round as when it was placed."""
        attempt = PaymentAttempt.objects.filter(order=order).first()
        held = attempts.lock(attempt) if attempt else None
        current = type(order).objects.select_for_update().get(pk=order.pk)
        if current.status != order.status:
            raise InvalidOrderStatus(
                _("Somebody else has already moved this order to “%(status)s”.")
                % {"status": current.status}
            )
        return held


def check_may_leave(order: Any) -> None:
    """Raises InvalidOrderStatus unless the order is paid and every prescription line is covered."""
    _check_money(order)
    # By the prescriptions' keys, as everybody who locks several of them.
    for line in order.lines.order_by("supply__authorisation__prescription_id", "pk"):
        if line.needed_prescription:
            _check_line(line)


def _check_money(order: Any) -> None:
    attempt = PaymentAttempt.objects.filter(order=order).first()
    if attempt is not None and attempt.is_disputed:
        raise InvalidOrderStatus(
            _("The customer's bank disputes the payment. The order must not leave.")
        )
    if attempt is not None and attempt.captured_minor and not attempt.left_minor:
        raise InvalidOrderStatus(_("All of the money went back. The order must not leave."))
    if attempt is None or attempt.status not in PAID:
        raise InvalidOrderStatus(_("The card has not been charged yet. Try again in a moment."))


def _check_line(line: Any) -> None:
    supply = (
        Supply.objects.filter(order_line=line, returned_at__isnull=True)
        .select_related("authorisation")
        .first()
    )
    if supply is None:
        raise InvalidOrderStatus(_("No prescription covers %(title)s.") % {"title": line.title})
    prescription = Prescription.objects.select_for_update().get(
        pk=supply.authorisation.prescription_id
    )
    if prescription.status not in STANDS:
        raise InvalidOrderStatus(
            _("A pharmacist has withdrawn the prescription for this order. It must not leave.")
        )
