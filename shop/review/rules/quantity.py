"""Rules about how much is asked for, and whether that was read."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.review.rules.alert import Alert, Severity, clinical, legal
from shop.review.rules.case import Case

DOSE = "Pharmacy standards CLN-3"
QUANTITY = "Pharmacy standards ORD-2"


@clinical("not-prescribed", "quantity", "no-quantity")
def quantity(case: Case) -> Iterator[Alert]:
    """The prescription sets the quantity, not the order."""
    prescribed = {(item.medicine_id, item.strength): item for item in case.items}
    for wish in case.ordered:
        item = prescribed.get((wish.medicine_id, wish.strength))
        about = wish.strength.slug
        if item is None:
            if case.items:
                title = _("%(strength)s was ordered and is not prescribed.")
                values = {"strength": wish.strength.words}
                yield Alert("not-prescribed", Severity.QUERY, title % values, QUANTITY, about=about)
        elif item.quantity is not None and wish.units > item.quantity:
            title = _("%(ordered)s were ordered, %(prescribed)s prescribed.") % {
                "ordered": wish.form.counted_of(wish.units, wish.strength),
                "prescribed": item.quantity,
            }
            yield Alert("quantity", Severity.QUERY, title, QUANTITY, about=about)
    for item in case.items:
        if item.quantity is None:
            title = _("How many %(units)s of %(strength)s are prescribed is not known.")
            yield Alert(
                "no-quantity",
                Severity.QUERY,
                title % {"units": item.form.kind.units, "strength": item.strength.words},
                DOSE,
                about=item.strength.slug,
            )


@clinical("no-directions")
def directions(case: Case) -> Iterator[Alert]:
    """Directions that are missing are asked for."""
    for item in case.items:
        if not item.directions:
            title = _("No directions were read for %s.") % item.strength.words
            about = item.strength.slug
            yield Alert("no-directions", Severity.QUERY, title, DOSE, about=about)


@legal("repeats-without-number")
def repeats(case: Case) -> Iterator[Alert]:
    """A repeatable without a number means at most so many supplies (RX-9)."""
    most = case.profile.supplies_without_number
    for item in case.items:
        if item.has_unnumbered_repeats:
            title = ngettext(
                "Repeats without a number: at most %(most)s supply in all.",
                "Repeats without a number: at most %(most)s supplies in all.",
                most.value,
            ) % {"most": most.value}
            about = item.strength.slug
            yield Alert("repeats-without-number", Severity.NOTE, title, most.cited, about=about)


RULES = (quantity, directions, repeats)
