"""One paragraph of Markdown as HTML."""

from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown


@lru_cache(maxsize=4096)
def _converted(text: str) -> str:
    """Markdown as HTML; any HTML in it is shown, not run."""
    return Markdown().convert(escape(text))


def inline_html(text: str) -> SafeString:
    """Emphasis and links of one paragraph; any HTML in it is shown, not run."""
    html = _converted(text)
    return mark_safe(html.removeprefix("<p>").removesuffix("</p>"))  # noqa: S308 (escaped above)


def is_one_paragraph(text: str) -> bool:
    html = _converted(text)
    return html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
