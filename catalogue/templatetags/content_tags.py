"""Filters for statements and their sources."""

from django import template
from django.utils.safestring import SafeString

from catalogue.content.document import Citation, Severity, Statement
from catalogue.content.rendering import cites_html, inline_html, statement_html

register = template.Library()


@register.filter
def inline(text: str) -> SafeString:
    return inline_html(text)


@register.filter
def cites(citations: tuple[Citation, ...], numbers: dict[str, int]) -> SafeString:
    return cites_html(citations, numbers)


@register.filter
def said(statement: Statement, numbers: dict[str, int]) -> SafeString:
    return statement_html(statement, numbers)


@register.filter
def severity_label(severity: str) -> str:
    return str(Severity(severity).label)
