"""The dose as the desk shows it: what it comes to, what this country's texts say, and how it was."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.review.rules.case import Case, LastSupply
from shop.review.rules.screened import dose_notes, in_words
from shop.review.rules.screening import Screening
from shop.review.rules.view import View
from shop.review.transcription import Item

# The plot, in its own units, and the room beside it for words.
WIDTH, HEIGHT, LEFT, BOTTOM = 480, 120, 44, 18
# A supply of no known end is drawn for so many days.
UNKNOWN_DAYS = 14


@dataclass(frozen=True)
class Span:
    """So many mg a day from one day on, until another."""

    begins: datetime.date
    ends: datetime.date
    mg_a_day: Fraction
    is_past: bool

    @property
    def words(self) -> str:
        values = {
            "mg": in_words(self.mg_a_day),
            "begins": date_format(self.begins, "j M Y"),
            "ends": date_format(self.ends, "j M Y"),
        }
        return _("%(mg)s mg a day from %(begins)s to %(ends)s") % values


@dataclass(frozen=True)
class Bar:
    """A span as it is drawn."""

    x: float
    y: float
    width: float
    height: float
    is_past: bool
    words: str


@dataclass(frozen=True)
class Plot:
    """mg a day over time: the last supplies, and what is prescribed from today."""

    bars: list[Bar]
    # Where the most of this country lies, if it is within the plot.
    limit: float | None
    top: str
    first_day: datetime.date
    last_day: datetime.date
    today: float

    @property
    def title(self) -> str:
        return _("mg a day over time; the list below says the same")

    @property
    def box(self) -> str:
        return f"0 0 {WIDTH} {HEIGHT}"

    @property
    def floor(self) -> int:
        return HEIGHT - BOTTOM

    @property
    def left(self) -> int:
        return LEFT

    @property
    def right(self) -> int:
        return WIDTH


@dataclass(frozen=True)
class Dose:
    """One medicine's dose: rows of a label and words, notes with their sources, and the plot."""

    title: str
    rows: list[tuple[str, str]]
    notes: list[tuple[str, str]]
    plot: Plot | None


def doses_of(case: Case) -> list[Dose]:
    """The dose of each medicine that is prescribed."""
    return [_dose(case, each) for each in case.screened if View(case, each).items]


def _dose(case: Case, screening: Screening) -> Dose:
    view = View(case, screening)
    rows = [*_of_the_paper(view), *_of_the_texts(screening)]
    notes = [(words, note.cited) for note, words in dose_notes(case, screening)]
    return Dose(case.title_of(screening.medicine), rows, notes, plot_of(view))


def _of_the_paper(view: View) -> list[tuple[str, str]]:
    found = []
    for item in view.items:
        found.append((item.strength.words, _a_day(item)))
        if item.days is not None:
            found.append((_("Lasts"), _lasts(view.case, item)))
    return found


def _a_day(item: Item) -> str:
    if item.ladder:
        return "; ".join(_step(item))
    if item.mg_a_day is None:
        return _("mg a day not known")
    return _("%(mg)s mg a day") % {"mg": in_words(item.mg_a_day)}


def _step(item: Item) -> Iterable[str]:
    for step in item.ladder:
        values = {
            "day": in_words(step.mg_a_day),
            "dose": in_words(step.mg_a_dose),
            "times": step.times_a_day,
            "days": step.days,
        }
        yield _("%(day)s mg a day (%(times)s × %(dose)s mg) for %(days)s days") % values


def _lasts(case: Case, item: Item) -> str:
    supplies = item.most_supplies(without_number=case.profile.supplies_without_number.value)
    days = item.days or Fraction(0)
    return ngettext(
        "%(days)s days in one supply, %(all)s in all (%(supplies)s supply)",
        "%(days)s days in one supply, %(all)s in all (%(supplies)s supplies)",
        supplies,
    ) % {"days": in_words(days), "all": in_words(days * supplies), "supplies": supplies}


# What the desk calls the values of the screening that it shows.
TEXTS = {
    "start": gettext_lazy("Start"),
    "usual_from": gettext_lazy("Usual from"),
    "usual_to": gettext_lazy("Usual to"),
    "maximum": gettext_lazy("At most here"),
}


def _of_the_texts(screening: Screening) -> list[tuple[str, str]]:
    return [
        (
            str(label),
            _("%(mg)s mg a day [%(mark)s]") % {"mg": in_words(each.value), "mark": each.mark},
        )
        for name, label in TEXTS.items()
        if (each := screening.doses.get(name))
    ]


def plot_of(view: View) -> Plot | None:
    """None where no mg a day is known."""
    spans = [*_past(view), *_to_come(view)]
    if not spans:
        return None
    first = min(span.begins for span in spans)
    last = max(span.ends for span in spans)
    limit = view.screening.doses.get("maximum")
    highest = max(span.mg_a_day for span in spans)
    top = max(highest, limit.value if limit else highest)
    scale = _Scale(first, max((last - first).days, 1), top)
    return Plot(
        bars=[scale.bar(span) for span in spans],
        limit=scale.y(limit.value) if limit else None,
        top=f"{in_words(top)} mg",
        first_day=first,
        last_day=last,
        today=scale.x(view.case.today),
    )


@dataclass(frozen=True)
class _Scale:
    first: datetime.date
    days: int
    top: Fraction

    def x(self, day: datetime.date) -> float:
        return round(LEFT + (WIDTH - LEFT) * (day - self.first).days / self.days, 1)

    def y(self, mg_a_day: Fraction) -> float:
        room = HEIGHT - BOTTOM - 4
        return round(HEIGHT - BOTTOM - room * float(mg_a_day / self.top), 1) if self.top else HEIGHT

    def bar(self, span: Span) -> Bar:
        x, y = self.x(span.begins), self.y(span.mg_a_day)
        width = max(round(self.x(span.ends) - x, 1), 1)
        return Bar(x, y, width, round(HEIGHT - BOTTOM - y, 1), span.is_past, span.words)


def _past(view: View) -> Iterable[Span]:
    """The supplies of this medicine, each at the dose it was for."""
    for supply in (each for key in view.products for each in view.case.supplies.get(key, ())):
        if supply.a_day is not None and supply.a_day.mg:
            yield Span(supply.on, supply.on + _for(supply), supply.a_day.mg, is_past=True)


def _for(supply: LastSupply) -> datetime.timedelta:
    if supply.mass is None or supply.a_day is None:
        return datetime.timedelta(days=UNKNOWN_DAYS)
    return datetime.timedelta(days=round(supply.mass.mg / supply.a_day.mg))


def _to_come(view: View) -> Iterable[Span]:
    """What is prescribed, from today."""
    day = view.case.today
    ladders = [item.ladder for item in view.items if item.ladder]
    if len(view.items) == 1 and ladders:
        for step in ladders[0]:
            ends = day + datetime.timedelta(days=step.days)
            yield Span(day, ends, step.mg_a_day, is_past=False)
            day = ends
        return
    highest = view.sum(item.mg_a_day for item in view.items)
    if highest:
        known = [item.days for item in view.items if item.days]
        days = round(max(known)) if known else UNKNOWN_DAYS
        yield Span(day, day + datetime.timedelta(days=days), highest, is_past=False)
