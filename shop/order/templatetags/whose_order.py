"""The patient of an order, for every page that shows one."""

from __future__ import annotations

from typing import Any

from django import template

from shop.order import patients

register = template.Library()
# Each order of a list with the name of its patient.
register.filter("with_patients", patients.names_of)


@register.filter
def patient_name(order: Any) -> str:
    """The name of the patient; empty for an order without a prescription."""
    ((_order, name),) = patients.names_of([order])
    return name


@register.inclusion_tag("components/whose.html")
def whose_order(order: Any) -> dict[str, str]:
    """Says whom the order is for."""
    return {"name": patient_name(order)}
