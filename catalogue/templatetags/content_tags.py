"""Filters for statements and their sources."""

from django import template

from catalogue.content.document import Comparison
from catalogue.content.inline import inline_html
from catalogue.content.rendering import cites_html, statement_html
from catalogue.content.sections import cells_of

register = template.Library()
register.filter("inline", inline_html)
register.filter("cites", cites_html)
register.filter("said", statement_html)
register.filter("cells", cells_of)
register.filter("compared", Comparison.cells)
