"""Rules about where it goes: the country has data for it, and the strength is authorised there."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from shop.review.rules.alert import Alert, Severity, clinical, legal
from shop.review.rules.case import Case

NO_DATA = "The medicine's folder: it has no screening data for this country"


@clinical("not-screened")
def screened(case: Case) -> Iterator[Alert]:
    """A medicine without data for this country is not supplied."""
    for item in case.transcription.items:
        known = case.screenings.get(item.medicine)
        if known is None or (case.country and known.strengths is None):
            title = _(
                "There are no screening data for %(medicine)s in %(country)s, so it is not supplied."
            )
            values = {"country": case.country or "?", "medicine": item.title}
            about = item.medicine or str(item.medicine_id)
            yield Alert("not-screened", Severity.BLOCK, title % values, NO_DATA, about=about)


@legal("no-country", "strength-country")
def destination(case: Case) -> Iterator[Alert]:
    """A strength goes only where it is authorised (LegitScript, TGA)."""
    if not case.country:
        title = _("The country it goes to is not known.")
        yield Alert("no-country", Severity.BLOCK, title, NO_DATA)
        return
    for item in case.items:
        known = case.screenings.get(item.medicine)
        authorised = case.authorised_in.get((item.medicine_id, item.strength), frozenset())
        if case.country not in authorised or (known and not known.supplies(item.strength)):
            title = _("%(what)s may not be supplied in %(country)s.")
            yield Alert(
                "strength-country",
                Severity.BLOCK,
                title % {"what": item.form.named(item.strength), "country": case.country},
                known.strengths.cited if known and known.strengths else NO_DATA,
                about=item.strength.slug,
            )


RULES = (screened, destination)
