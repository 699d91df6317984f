"""The pharmacy's identity, for pages that are drawn without a request."""

from django import template

from shop.pages.context import identity

register = template.Library()
register.simple_tag(identity, name="pharmacy_identity")
