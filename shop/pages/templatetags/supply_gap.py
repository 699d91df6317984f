"""The warning that a supply ends before more is expected, and what to do then."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from catalogue.content import stopping
from catalogue.country import country_of
from shop.continuity.supply_gap import Gap, way_of
from shop.help_lines.table import emergency_number
from shop.prescriptions.models import Prescription

register = template.Library()
# When an order is expected, and the gap before it.
register.simple_tag(way_of, name="way_of_order")


@register.simple_tag
def do_not_stop(prescription: Prescription | None) -> str:
    """What the patient must not do, in the words of the medicines on a prescription."""
    asked = (
        prescription.requested_packs.values_list("medicine_id", flat=True) if prescription else ()
    )
    return stopping.do_not_stop(set(asked))


@register.inclusion_tag("components/supply_gap.html", takes_context=True)
def supply_gap_banner(
    context: RequestContext,
    gap: Gap,
    cancel: str = "",
    *,
    has_left: bool = False,
    is_step: bool = False,
) -> dict[str, Any]:
    """``cancel`` is where to cancel it; nothing can be cancelled any more once it has left.

    ``is_step`` is for a page with a form below: what the contents say is then folded. On the page of one
    who is called, whom to call stands above: it is folded too, and the help lines are there alone.
    """
    is_called = bool(context.get("is_called"))
    country = gap.prescription.answers.country or country_of(context["request"])
    asked = gap.prescription.requested_packs.values_list("medicine_id", flat=True)
    return {
        "gap": gap,
        "cancel": cancel,
        "has_left": has_left,
        "is_step": is_step or is_called,
        "has_lines": not is_called,
        "medicines": stopping.stopping_of(set(asked), country=country),
        "pharmacy": context["pharmacy"],
        "country": country,
        "emergency_number": emergency_number(country),
    }
