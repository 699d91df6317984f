"""What may leave the pharmacy: an order moves on only while its prescription and payment stand."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.processing import EventHandler as OscarEventHandler
from oscar.apps.partner.models import StockRecord

from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import log, states
from shop.dispensing import services as dispensing
from shop.dispensing.models import Check, Dispensing
from shop.dispensing.services import Looked, Scans
from shop.order import emails
from shop.order_statuses import GUARDED, OrderStatus
from shop.payments import attempts, refunds
from shop.payments.life_cycles import TAKEN, RefundReason
from shop.payments.models import PaymentAttempt
from shop.prescriptions import supply_ledger
from shop.prescriptions.models import Prescription, Supply
from shop.register import services as register
from shop.register.gathering import NothingDecided
from shop.sending import services as sending
from shop.sending.models import Carrier, Parcel
from shop.standing import emails as standing_emails
from shop.standing import question, stopping
from shop.standing.answering import supplies_of
from shop.standing.events import Fate
from shop.stock import supplying
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind
from shop.vault.sealing import VaultError

# Why an order was cancelled that nothing had happened to; for its customer.
BY_CUSTOMER = gettext_lazy("You have cancelled it.")
BY_PHARMACY = gettext_lazy("The pharmacy has cancelled it.")
NOT_CHARGED = gettext_lazy("Your card could not be charged.")


class EventHandler(OscarEventHandler):
    def handle_order_status_change(
        self, order: Any, new_status: str, note_msg: str | None = None
    ) -> None:
        """Move an order on; raises InvalidOrderStatus, with the reason, when it must stay."""
        if new_status == OrderStatus.CANCELLED:
            raise InvalidOrderStatus(_("Cancel an order on its own page, with a reason."))
        with transaction.atomic():
            self._hold(order)
            if new_status not in order.available_statuses():
                raise InvalidOrderStatus(
                    _("An order that is “%(status)s” does not become “%(new)s”.")
                    % {"status": order.status, "new": new_status}
                )
            with _recorded(order, "order.move", by=self.user):
                if new_status in GUARDED:
                    self.drop_paid_back(order)
                    check_may_leave(order)
                if new_status == OrderStatus.DISPATCHED:
                    dispensing.must_be_checked(order)
                    sending.must_be_addressed(order)
                super().handle_order_status_change(order, new_status, note_msg)
                if new_status == OrderStatus.DISPATCHED:
                    self._for_stock(order, self.consume_stock_allocations)
                    emails.tell_order_dispatched(order)
                    self._take_from_batches(order)
                    self._enter(order)
            if new_status == OrderStatus.COMPLETE:
                sending.note_delivered(order, by=self.user)
                about = log.Subject("order", str(order.number))
                tasks.close(Kind.PARCEL_LATE, about=about, how=_("It was delivered."), by=self.user)

    def make_up(self, order: Any, *, scans: Scans) -> Dispensing:
        """Dispense an order from the packs that were picked, and hand it to the check.

        Raises InvalidOrderStatus, with the reason.
        """
        with transaction.atomic():
            self._hold(order)
            self.drop_paid_back(order)
            with dispensing.making_up(order, scans=scans, by=self.user) as made:
                if order.status == OrderStatus.PAID:
                    self.handle_order_status_change(order, OrderStatus.DISPENSING)
                else:
                    _must_be_here(order)
                    check_may_leave(order)
        return made

    def check(self, order: Any, looked: Looked) -> Check:
        """Sign the accuracy check of what was made up; raises InvalidOrderStatus, with the reason."""
        with transaction.atomic():
            self._hold(order)
            _must_be_here(order)
            check_may_leave(order)
            return dispensing.check(order, looked, by=self.user)

    def send_back(self, order: Any, *, seen: uuid.UUID, why: str) -> None:
        """Have it dispensed again, for a coded reason; raises InvalidOrderStatus, with the reason."""
        with transaction.atomic():
            self._hold(order)
            _must_be_here(order)
            dispensing.send_back(order, seen=seen, why=why, by=self.user)

    def send(self, order: Any, *, carrier: Carrier, number: str) -> Parcel:
        """Give it to a carrier under a number, and dispatch it; raises InvalidOrderStatus."""
        with transaction.atomic():
            self._hold(order)
            parcel = sending.address(order, carrier=carrier, number=number, by=self.user)
            self.handle_order_status_change(order, OrderStatus.DISPATCHED)
            sending.record(parcel, by=parcel.by)
        return parcel

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
            ending = stopping.ending_of(order)
            self._undo(order, by=by, note=note)
            refunds.give_all_back(held, reason=RefundReason.CANCELLED, by=by, note=note)
            is_customer = by.pk == order.user_id
            emails.tell_order_cancelled(order, why=BY_CUSTOMER if is_customer else BY_PHARMACY)
            if is_customer:
                stopping.release(order, how=note)
            else:
                stopping.have_ended(order, ending, why=_("cancelled by the pharmacy"))
        return held

    def end(self, order: Any) -> PaymentAttempt | None:
        """Cancel an order that cannot stand after what happened to it, unless that is over by now.

        What is to be done at Stripe is written down for the caller to run once this is committed.
        """
        with transaction.atomic():
            held = self._hold(order)
            _lock_prescriptions(order)
            ends = [each for each in question.stops_of(order) if each.fate == Fate.ENDS]
            if ends:
                why = ends[0].event
                ending = stopping.ending_of(order)
                self._undo(order, by=None, note=str(why.label))
                if held is not None:
                    refunds.give_all_back(held, reason=RefundReason.CANCELLED, by=None)
                standing_emails.tell_ended(order, why)
                stopping.have_ended(order, ending, why=str(why.label))
        return held

    def cancel_unpaid(self, order: Any) -> None:
        """Cancel an order whose card could not be charged; the caller holds its attempt."""
        self._hold(order)
        if order.status != OrderStatus.CANCELLED:
            ending = stopping.ending_of(order)
            self._undo(order, by=None, note=_("automatic: the card could not be charged"))
            emails.tell_order_cancelled(order, why=NOT_CHARGED)
            stopping.have_ended(order, ending, why=_("the card could not be charged"))

    def drop_paid_back(self, order: Any) -> None:
        """Take out each line of which all money goes back: it does not leave, the rest does."""
        with transaction.atomic():
            self._hold(order)
            _lock_prescriptions(order)
            lines = question.lines_to_drop(order)
            if lines:
                with _recorded(order, "order.drop_lines", by=None):
                    self._drop(lines, order)

    def _drop(self, lines: list[Any], order: Any) -> None:
        for line in lines:
            line.set_status(OrderStatus.CANCELLED)
            self.cancel_stock_allocations(order, [line], [line.quantity])
        ending = stopping.ending_of(order)
        for line in lines:
            self._give_back(supplies_of(order).filter(order_line=line), order, by=None)
            standing_emails.tell_part_ended(order, line)
        stopping.have_lost_lines(order, ending)

    def _undo(self, order: Any, *, by: User | None, note: str) -> None:
        with _recorded(order, "order.cancel", by=by):
            super().handle_order_status_change(
                order, OrderStatus.CANCELLED, f"{OrderStatus.CANCELLED}: {note}"
            )
            _lock_prescriptions(order)
            # The audit log, which giving back writes to, is locked last of all.
            self._for_stock(order, self.cancel_stock_allocations)
            self._give_back(supplies_of(order), order, by=by)

    def _give_back(self, supplies: Iterable[Supply], order: Any, *, by: User | None) -> None:
        for supply in supplies:
            supply_ledger.give_back(supply, by=by, note=_("order %s") % order.number)

    def _take_from_batches(self, order: Any) -> None:
        """What leaves is in date; the batches are written into the log, which comes after all locks."""
        lines = [line for line in order.lines.order_by("pk") if not line.is_taken_out]
        tracked = [
            line for line in lines if line.stockrecord and line.stockrecord.can_track_allocations
        ]
        try:
            supplying.supply(
                order,
                tracked,
                actor=actor_of(self.user) if self.user else log.SYSTEM,
                picked=dispensing.taken(order),
                lasts=dispensing.used_up(order),
            )
        except supplying.NoBatch as refused:
            raise InvalidOrderStatus(str(refused)) from refused

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
        if do == self.consume_stock_allocations:
            # The allocation of a line that was taken out was cancelled with it.
            lines = [line for line in lines if not line.is_taken_out]
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


@contextmanager
def _recorded(order: Any, action: str, *, by: User | None) -> Iterator[None]:
    """Let the log know the order and its stock, when the block has moved them."""
    actor = actor_of(by) if by else log.SYSTEM
    stock = StockRecord.objects.filter(line__order=order).distinct().order_by("pk")
    details = {"order": order.number}
    with (
        states.changing(order, action=action, actor=actor, details={"from": order.status}),
        states.changing(*stock, action="stock.move", actor=actor, details=details),
    ):
        yield


def _must_be_here(order: Any) -> None:
    if order.status != OrderStatus.DISPENSING:
        raise InvalidOrderStatus(
            _("An order that is “%(status)s” is not dispensed.") % {"status": order.status}
        )


def check_may_leave(order: Any) -> None:
    """Raises InvalidOrderStatus, with all that stops it, unless the order stands as it was paid."""
    _check_charged(order)
    _lock_prescriptions(order)
    stops = question.stops_of(order)
    if stops:
        why = "; ".join(each.words for each in stops)
        raise InvalidOrderStatus(_("The order must not leave: %(why)s.") % {"why": why})


def _check_charged(order: Any) -> None:
    attempt = PaymentAttempt.objects.filter(order=order).first()
    if attempt is None or attempt.status not in TAKEN:
        raise InvalidOrderStatus(_("The card has not been charged yet. Try again in a moment."))


def _lock_prescriptions(order: Any) -> None:
    """By their keys, as everybody who locks several of them."""
    numbers = supplies_of(order).values_list("authorisation__prescription_id", flat=True)
    for number in sorted(set(numbers)):
        Prescription.objects.select_for_update().get(pk=number)
