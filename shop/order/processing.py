"""What may leave the pharmacy: an order moves on only while its prescription and payment stand."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.processing import EventHandler as OscarEventHandler

from shop.order import emails
from shop.payments.models import PaymentAttempt
from shop.payments.statuses import Status as PaymentStatus
from shop.prescriptions.models import Prescription, Supply
from shop.prescriptions.statuses import STANDS

LEAVES_THE_SHELF = ("Dispensing", "Dispatched")


class EventHandler(OscarEventHandler):
    def handle_order_status_change(
        self, order: Any, new_status: str, note_msg: str | None = None
    ) -> None:
        """Move an order on; raises InvalidOrderStatus, with the reason, when it must stay."""
        with transaction.atomic():
            self._hold(order)
            if new_status in LEAVES_THE_SHELF:
                check_may_leave(order)
            super().handle_order_status_change(order, new_status, note_msg)
            if new_status == "Dispatched":
                self.consume_stock_allocations(order)
                emails.tell_order_dispatched(order)

    def _hold(self, order: Any) -> None:
        current = type(order).objects.select_for_update().get(pk=order.pk)
        if current.status != order.status:
            raise InvalidOrderStatus(
                _("Somebody else has already moved this order to “%(status)s”.")
                % {"status": current.status}
            )


def check_may_leave(order: Any) -> None:
    """Raises InvalidOrderStatus unless the order is paid and every prescription line is covered."""
    if not PaymentAttempt.objects.filter(order=order, status=PaymentStatus.CAPTURED).exists():
        raise InvalidOrderStatus(_("The card has not been charged yet. Try again in a moment."))
    for line in order.lines.select_related("product__parent__product_class"):
        if line.product is None or line.product.needs_prescription:
            _check_line(line)


def _check_line(line: Any) -> None:
    supply = Supply.objects.filter(order_line=line).select_related("authorisation").first()
    if supply is None:
        raise InvalidOrderStatus(_("No prescription covers %(title)s.") % {"title": line.title})
    prescription = Prescription.objects.select_for_update().get(
        pk=supply.authorisation.prescription_id
    )
    if prescription.status not in STANDS:
        raise InvalidOrderStatus(
            _("A pharmacist has withdrawn the prescription for this order. It must not leave.")
        )
