"""The numbers on packs: entered with the first scan, confirmed by a second person, asked at dispensing."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import Product
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import states
from shop.stock import scanning, supplying
from shop.stock.keeping import Refused
from shop.stock.models import Batch, Gtin, Supplied


def known(number: str) -> Gtin | None:
    """The row of a GTIN-14, with its pack."""
    return Gtin.objects.filter(number=number).select_related("product__parent").first()


@transaction.atomic
def enter(number: str, *, pack: Product, by: User) -> Gtin:
    """Say that this number stands on this pack. Raises Refused where it stands on another one."""
    found = known(number)
    if found is None:
        try:
            with transaction.atomic():
                found = Gtin.objects.create(number=number, product=pack, entered_by=by)
        except IntegrityError:
            found = Gtin.objects.get(number=number)
        else:
            states.record(found, "gtin.enter", actor=actor_of(by), details={"pack": pack.upc})
    if found.product_id != pack.pk:
        raise Refused(_("This number belongs to another pack: %s.") % found.product.get_title())
    return found


def may_confirm(gtin: Gtin, by: User) -> bool:
    """Whether this person may: another than who entered it, where there is another."""
    if gtin.entered_by_id != by.pk:
        return True
    others = User.objects.filter(is_active=True, is_staff=True).exclude(pk=by.pk)
    return not any(other.has_perm("partner.change_stockrecord") for other in others)


@transaction.atomic
def confirm(gtin: Gtin, *, by: User) -> None:
    """A second look at number and pack. Raises Refused for who entered it, and once it is done."""
    if not may_confirm(gtin, by):
        raise Refused(_("You entered it, so somebody else confirms it."))
    with states.changing(gtin, action="gtin.confirm", actor=actor_of(by)):
        fresh = Gtin.objects.filter(pk=gtin.pk, confirmed_by=None)
        if not fresh.update(confirmed_by=by, confirmed_at=timezone.now()):
            raise Refused(_("It is confirmed already."))


@transaction.atomic
def take_out(gtin: Gtin, *, by: User) -> None:
    """A number that was entered for the wrong pack, before anybody confirmed it. Raises Refused."""
    fresh = Gtin.objects.select_for_update().filter(pk=gtin.pk, confirmed_by=None).first()
    if fresh is None:
        raise Refused(_("It is confirmed already."))
    states.record_deletion(fresh, "gtin.take_out", actor=actor_of(by))
    fresh.delete()


class NotThisPack(Exception):
    """The pack that was scanned must not be supplied for this; says why, and what to do."""


@dataclass(frozen=True)
class Found:
    """The batch of a pack that was scanned, and what whoever dispenses is asked about it."""

    batch: Batch
    serial: str
    asks: str


def scanned(line: str, *, pack: Product, lasts_until: datetime.date | None = None) -> Found:
    """The batch of a scanned pack that is to be supplied. Raises NotThisPack.

    ``pack`` is what was sold; ``lasts_until`` the day on which this supply will be used up, if known.
    Another pack, a number nobody knows or has confirmed, a batch that was never received, is recalled,
    has expired or ends too soon, and a pack that has left already are refused, each with its reason.
    """
    try:
        scan = scanning.read(line)
    except scanning.Unreadable as error:
        raise NotThisPack(str(error)) from error
    _check_pack(scan, pack)
    batch = _batch_of(scan, pack)
    if why := supplying.why_not(batch, lasts_until=lasts_until):
        raise NotThisPack(why)
    if scan.serial and (given := _given(batch, scan.serial)):
        raise NotThisPack(
            _("This pack went out on order %(order)s.") % {"order": given.order_line.order.number}
        )
    return Found(batch, scan.serial, supplying.asks(batch))


def _check_pack(scan: scanning.Scan, pack: Product) -> None:
    gtin = known(scan.gtin)
    if gtin is None:
        raise NotThisPack(_("Nobody knows the number %s. Receive the pack first.") % scan.gtin)
    if gtin.product_id != pack.pk:
        raise NotThisPack(_("Stop: this is %s.") % gtin.product.get_title())
    if gtin.confirmed_by_id is None:
        raise NotThisPack(_("Somebody has to confirm the number %s first.") % scan.gtin)


def _batch_of(scan: scanning.Scan, pack: Product) -> Batch:
    batches = Batch.objects.filter(stockrecord__product=pack, number=scan.batch)
    batch = batches.first() if scan.batch else None
    if batch is None:
        raise NotThisPack(
            _("Batch %(batch)s was never received. Receive it first.")
            % {"batch": scan.batch or "–"}
        )
    if scan.expires and batch.expires != scan.expires:
        raise NotThisPack(_("The book has another expiry date for batch %s.") % batch.number)
    return batch


def _given(batch: Batch, serial: str) -> Supplied | None:
    rows = Supplied.objects.filter(batch=batch, serial=serial)
    return rows.select_related("order_line__order").first()
