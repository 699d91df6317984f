"""Makes up an order, checks it, sends it back, and answers whether it may leave.

Whoever calls holds the order: `shop.order.processing` does, and is the only one to.
"""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from oscar.apps.order.exceptions import InvalidOrderStatus

from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import log, states
from shop.dispensing import contents as made_of
from shop.dispensing import label_pdf, labels, rights
from shop.dispensing.contents import Contents
from shop.dispensing.models import NEAR_MISSES, Check, Dispensing, Pick, Point, Why
from shop.dispensing.picking import (
    Picked,
    WrongPack,
    is_of_a_pack,
    lasts_until,
    marks_of,
    names_one,
    picked,
)
from shop.jurisdictions import loading
from shop.jurisdictions.profile import AccuracyCheck
from shop.register.gathering import NothingDecided
from shop.stock import codes
from shop.stock.supplying import Taken
from shop.vault.sealing import VaultError

# The codes that were read, for each line of the order by its number.
Scans = Mapping[int, Sequence[Picked]]


@dataclass(frozen=True)
class Looked:
    """What whoever checks had in hand: which dispensing, the codes of packs and labels, the points."""

    seen: uuid.UUID
    scans: Scans
    labels: Collection[str]
    compared: Collection[str]


class Refused(InvalidOrderStatus):
    """It is not dispensed, not checked, or must not leave; says why."""


def contents_of(order: Any) -> Contents:
    """What is to be dispensed for the order; raises Refused where nobody can say."""
    try:
        return made_of.of(order)
    except (VaultError, NothingDecided) as error:
        raise Refused(
            _("What is to be dispensed cannot be read. The order must not leave.")
        ) from error


def current(order: Any) -> Dispensing | None:
    """What was made up for the order and neither sent back nor overtaken."""
    rows = Dispensing.objects.open().filter(order=order)
    return rows.select_related("by").prefetch_related("picks").first()


@contextmanager
def making_up(order: Any, *, scans: Scans, by: User | None) -> Iterator[Dispensing]:
    """Write down which packs were picked; the block moves the order. Raises Refused.

    The log, which is locked last of all, knows of it at the end.
    """
    if by is None or not rights.may_dispense(by):
        raise Refused(_("You may not dispense."))
    contents = contents_of(order)
    packs, before = _all_packs(contents, scans), current(order)
    if before is not None and stands(before, contents):
        raise Refused(_("The order is dispensed already, and waits for its check."))
    overtaken = [before] if before else []
    details = {"order": order.number}
    made = Dispensing(order=order, by=by, contents=contents.as_json())
    _must_be_printable(made, contents)
    with _ending(*overtaken, why=Why.CHANGED, by=by):
        made.save(force_insert=True)
        Pick.objects.bulk_create(_picks(made, packs))
        yield made
    states.record(made, "dispensing.make_up", actor=actor_of(by), details=details)


def _must_be_printable(made: Dispensing, contents: Contents) -> None:
    """Raises Refused where a label does not hold what it has to."""
    if labels.codes_of(made.order, contents):
        try:
            label_pdf.pdf_of(labels.labels_of(made))
        except labels.NoLabel as why:
            raise Refused(str(why)) from why


def _picks(made: Dispensing, packs: list[list[Picked]]) -> Iterator[Pick]:
    for each in packs:
        for number, pack in enumerate(each, start=1):
            yield Pick(
                dispensing=made,
                order_line_id=pack.line,
                number=number,
                code=pack.code,
                how=pack.how,
            )


def _all_packs(contents: Contents, scans: Scans) -> list[list[Picked]]:
    """The packs of each line, every one looked at again; raises Refused."""
    if not contents.items:
        raise Refused(_("Nothing is left to be dispensed."))
    every = [pack.code for packs in scans.values() for pack in packs if names_one(pack.code)]
    if len(set(every)) < len(every):
        raise Refused(_("One pack was scanned twice. Scan the other one."))
    found = []
    for item in contents.items:
        codes = scans.get(item.line, ())
        if len(codes) != item.packs:
            words = ngettext(
                "%(count)s pack of %(pack)s is to be picked, and %(got)s was.",
                "%(count)s packs of %(pack)s are to be picked, and %(got)s were.",
                item.packs,
            )
            raise Refused(words % {"count": item.packs, "pack": item.pack, "got": len(codes)})
        try:
            found.append([picked(item, each.code, how=each.how) for each in codes])
        except WrongPack as wrong:
            raise Refused(str(wrong)) from wrong
    return found


def stands(dispensing: Dispensing, contents: Contents) -> bool:
    """Whether it still is what is to be dispensed, and the log knows it as it is."""
    try:
        is_same = dispensing.contents == contents.as_json()
    except VaultError:
        return False
    return is_same and states.is_known(dispensing)


def why_not_check(dispensing: Dispensing, *, by: Any) -> str:
    """What keeps somebody from checking it now, in a sentence; empty when they may."""
    if not rights.may_check(by):
        return _("You may not sign the accuracy check.")
    if dispensing.by_id != by.pk:
        return ""
    if loading.current().accuracy_check.value == AccuracyCheck.TWO_PEOPLE:
        return _("You dispensed it, so another person checks it.")
    left = until_alone(dispensing) - timezone.now()
    if left <= datetime.timedelta(0):
        return ""
    minutes = -(-left // datetime.timedelta(minutes=1))
    return ngettext(
        "You dispensed it: another person checks it now, or you do after a pause of %(count)s more minute.",
        "You dispensed it: another person checks it now, or you do after a pause of %(count)s more minutes.",
        minutes,
    ) % {"count": minutes}


def until_alone(dispensing: Dispensing) -> datetime.datetime:
    """From when on whoever dispensed it may check it, where the profile lets them."""
    pause = loading.current().accuracy_pause_minutes.value
    return dispensing.at + datetime.timedelta(minutes=pause)


def check(order: Any, looked: Looked, *, by: User | None) -> Check:
    """Sign that what was made up is right in every point. Raises Refused."""
    made = _as_seen(order, looked.seen)
    if made.checked is not None:
        raise Refused(_("Somebody has checked it already."))
    contents = contents_of(order)
    if not stands(made, contents):
        raise Refused(_("What is to be dispensed has changed. Dispense it again."))
    if why := why_not_check(made, by=by):
        raise Refused(why)
    _all_packs(contents, looked.scans)
    _must_be_those_picked(made, looked.scans)
    if unread := set(labels.codes_of(order, contents)) - set(looked.labels):
        raise Refused(_("Scan the label %(codes)s.") % {"codes": ", ".join(sorted(unread))})
    if missing := [point.label for point in Point if point not in looked.compared]:
        what = ", ".join(str(label) for label in missing)
        raise Refused(_("Not compared: %(what)s.") % {"what": what})
    return _sign(made, by=by)


def _must_be_those_picked(made: Dispensing, scans: Scans) -> None:
    """Raises Refused where the packs in hand are of another batch, or others of it, than those written down.

    Those are the ones that leave the book, and that a recall looks for. A stock code names no batch.
    """
    was = marks_of((pick.order_line_id, pick.code) for pick in made.picks.all())
    now = marks_of((line, pack.code) for line, packs in scans.items() for pack in packs)
    for line in was.keys() & now.keys():
        if was[line] != now[line]:
            raise Refused(
                _(
                    "These are not the packs that were picked: their batches differ. Dispense it again."
                )
            )


def _sign(made: Dispensing, *, by: Any) -> Check:
    profile = loading.current()
    signed = Check.objects.create(
        dispensing=made,
        by=by,
        registration=str(by.current_registration or ""),
        is_alone=made.by_id == by.pk,
        profile=profile.name,
        profile_digest=profile.digest,
    )
    details = {"order": made.order.number, "dispensing": made.pk}
    states.record(signed, "dispensing.check", actor=actor_of(by), details=details)
    return signed


def send_back(order: Any, *, seen: uuid.UUID, why: str, by: User | None) -> None:
    """End what was made up, for a coded reason: it is dispensed again. Raises Refused."""
    made = _as_seen(order, seen)
    if by is None or not rights.may_dispense(by):
        raise Refused(_("You may not send it back."))
    if why not in NEAR_MISSES:
        raise Refused(_("Choose what is wrong."))
    with _ending(made, why=Why(why), by=by):
        pass


def _as_seen(order: Any, seen: uuid.UUID) -> Dispensing:
    made = current(order)
    if made is None or made.uuid != seen:
        raise Refused(_("It was sent back or dispensed again meanwhile. Look at it again."))
    return made


@contextmanager
def _ending(*made: Dispensing, why: Why, by: User) -> Iterator[None]:
    details = {"order": made[0].order.number, "why": str(why)} if made else {}
    actor = actor_of(by)
    with states.changing(*made, action="dispensing.send_back", actor=actor, details=details):
        for each in made:
            each.ended_at, each.ended_by, each.ended_why = timezone.now(), by, why
            each.save(update_fields=("ended_at", "ended_by", "ended_why"))
        yield


def taken(order: Any) -> dict[int, list[Taken]]:
    """The batches of what was picked, by line; a pack that was known by its stock code has none.

    Raises Refused where one must not leave any more, such as one that was recalled since.
    """
    made, found = current(order), defaultdict(list)
    for pick in made.picks.select_related("order_line__product") if made else ():
        if not is_of_a_pack(pick.code):
            continue
        line = pick.order_line
        try:
            pack = codes.scanned(pick.code, pack=line.product, lasts_until=lasts_until(line.pk))
        except codes.NotThisPack as refused:
            raise Refused(str(refused)) from refused
        found[line.pk].append(Taken(pack.batch.pk, serial=pack.serial))
    return dict(found)


def used_up(order: Any) -> dict[int, datetime.date]:
    """Until when each line of the order lasts, where that is known."""
    days = {line.pk: lasts_until(line.pk) for line in order.lines.all()}
    return {key: day for key, day in days.items() if day}


def must_be_checked(order: Any) -> None:
    """Raises Refused unless what leaves was checked, by a check that the log knows, as it is now."""
    made = current(order)
    signed = made.checked if made else None
    if made is None or signed is None or not states.is_known(signed):
        raise Refused(_("Nobody has signed the accuracy check. The order must not leave."))
    if not stands(made, contents_of(order)):
        raise Refused(
            _("What is to leave is not what was checked. Dispense it and check it again.")
        )


def record_opening(order: Any, *, by: User, page: str) -> None:
    """Record who has read the patient's name and the directions of one order."""
    log.append(
        "dispensing.open",
        actor=actor_of(by),
        subject=log.Subject("order", order.number),
        details={"page": page},
    )


def record_refusal(order: Any, *, by: User, code: str) -> None:
    """Record a scan that was refused."""
    log.append(
        "dispensing.wrong_scan",
        actor=actor_of(by),
        subject=log.Subject("order", order.number),
        details={"code": code[:120]},
    )
