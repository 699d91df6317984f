"""Filters for statements and their sources."""

from django import template
from django.utils.safestring import SafeString

from catalogue.content.document import Comparison, ComparisonRow, Severity
from catalogue.content.inline import inline_html
from catalogue.content.rendering import TableRow, cites_html, statement_html, table_rows
from catalogue.content.sections import Block, Citation, Statement

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
def headings(block: Block) -> list[str]:
    return [each.strip() for each in block.title.split("|")]


@register.filter
def rows(block: Block) -> list[TableRow]:
    return table_rows(block)


@register.filter
def cells(row: ComparisonRow, comparison: Comparison) -> list[tuple[str, Statement]]:
    """Each medicine with what the row says of it."""
    return comparison.cells(row)


@register.filter
def severity_label(severity: str) -> str:
    return str(Severity(severity).label)
