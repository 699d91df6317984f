"""Whom an order is for: the patients of the prescriptions that its lines take units off."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from shop.patients.models import Patient
from shop.prescriptions.models import Prescription, Supply
from shop.vault.sealing import VaultError

if TYPE_CHECKING:
    from oscar.apps.order.models import Order

logger = logging.getLogger(__name__)


def names_of(orders: Iterable[Order]) -> list[tuple[Order, str]]:
    """Each order with the name of its patient; empty for one that took nothing off a prescription."""
    orders = list(orders)
    names: defaultdict[int, dict[str, None]] = defaultdict(dict)
    supplies = Supply.objects.filter(order_line__order__in=[order.pk for order in orders])
    for supply in supplies.select_related("authorisation__prescription", "order_line"):
        names[supply.order_line.order_id][_name(supply.authorisation.prescription)] = None
    return [(order, ", ".join(names[order.pk])) for order in orders]


def patient_of(order: Order) -> Patient | None:
    """The patient on the account's list, for a message about the order."""
    supplied = Supply.objects.filter(order_line__order=order)
    first = supplied.select_related("authorisation__prescription__patient").first()
    return first.authorisation.prescription.patient if first else None


def _name(prescription: Prescription) -> str:
    try:
        return prescription.patient_name
    except VaultError:
        # The page of the order has to open all the same: the parcel must be found and stopped.
        logger.exception("prescription %s cannot be opened", prescription)
        return _("cannot be read")
