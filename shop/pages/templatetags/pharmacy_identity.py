"""The pharmacy's identity, for pages that are drawn without a request."""

from typing import Any

from django import template

from shop.pages.context import identity

register = template.Library()


@register.simple_tag
def pharmacy_identity() -> dict[str, Any]:
    return identity()
