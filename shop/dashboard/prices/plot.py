"""The price over time as a plot: steps, drawn by pygal, coloured by the shop's own stylesheet.

It holds no style and no script, so it may stand in a page under the shop's Content-Security-Policy.
"""

from __future__ import annotations

import datetime
import sys
from typing import Any
from xml.etree import ElementTree as ET

import pygal
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from oscar.templatetags.currency_filters import currency as money
from pygal.style import Style

from catalogue.prices.history import Step

# What pygal looks for its plugins with is made for an older Python, which warns at every import.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != "pygal"]

# How long a planned price is drawn beyond the moment from which it counts.
AFTER = datetime.timedelta(days=30)
WIDTH, HEIGHT = 720, 260
LABELS = 4
Point = tuple[datetime.datetime, float]


def svg_of(steps: list[Step], *, title: str, currency: str) -> SafeString:
    """An SVG to stand in a page: the price solid, what is planned dashed."""
    priced = [step for step in steps if step.price is not None]
    past = [step for step in priced if not step.is_planned]
    coming = past[-1:] + [step for step in priced if step.is_planned]
    now = timezone.now()
    chart = _chart(currency)
    chart.add("price", _steps(past, until=now))
    if len(coming) > 1:
        begun = [(now, float(coming[0].price or 0))]
        chart.add("planned", begun + _steps(coming, until=coming[-1].at + AFTER)[1:])
    chart.x_labels = _days(past[0].at if past else now, coming[-1].at + AFTER if coming else now)
    return _bare(chart, title)


def _days(first: datetime.datetime, last: datetime.datetime) -> list[datetime.datetime]:
    """What stands below: few moments, none of them on the same day as another."""
    between = [first + (last - first) * n / LABELS for n in range(LABELS)]
    return list({day_of(moment): moment for moment in reversed(between)}.values())


def day_of(moment: datetime.datetime) -> str:
    """The day at the pharmacy; pygal leaves out that what it hands back is UTC."""
    if timezone.is_naive(moment):
        moment = moment.replace(tzinfo=datetime.UTC)
    return date_format(timezone.localtime(moment), "j M Y")


def _chart(currency: str) -> Any:
    return pygal.DateTimeLine(
        width=WIDTH,
        height=HEIGHT,
        title=None,
        show_legend=False,
        dots_size=3,
        margin=12,
        js=[],
        no_prefix=True,
        disable_xml_declaration=True,
        style=Style(font_family="inherit", label_font_size=13, major_label_font_size=13),
        x_value_formatter=day_of,
        value_formatter=lambda price: str(money(price, currency)),
        truncate_label=-1,
    )


def _steps(steps: list[Step], *, until: datetime.datetime) -> list[Point]:
    """The corners: each price until the next one begins."""
    ends = [step.at for step in steps[1:]] + [until]
    return [
        corner
        for step, end in zip(steps, ends, strict=True)
        for corner in ((step.at, float(step.price or 0)), (end, float(step.price or 0)))
    ]


def _bare(chart: Any, title: str) -> SafeString:
    """Without what a page may not hold in it, and with a name for who does not see it."""
    root = ET.fromstring(chart.render())  # noqa: S314 pygal has just written it
    for parent in list(root.iter()):
        for child in list(parent):
            if _tag(child) in {"defs", "script", "style", "title", "desc"}:
                parent.remove(child)
        for name in ("style", "id"):
            parent.attrib.pop(name, None)
    root.set("class", "pygal-plot")
    root.set("role", "img")
    root.set("aria-label", title)
    ET.register_namespace("", "http://www.w3.org/2000/svg")
    return mark_safe(ET.tostring(root, encoding="unicode"))  # noqa: S308 every text in it is escaped


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
