"""What a medicine's content says of stopping suddenly, for the pages of people who may run out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from catalogue.content import document
from catalogue.content.inline import inline_html
from catalogue.content.models import ContentVersion
from catalogue.content.rendering import source_numbers, statement_html
from catalogue.content.sections import Block, statements_of

# The section on stopping, and the boxes in it that say what to do.
SECTION = "stop"
BOXES = ("soon", "now")


@dataclass(frozen=True)
class Passage:
    """A title and what stands under it, with links to the sources; a list, or paragraphs."""

    title: SafeString
    statements: tuple[SafeString, ...]
    is_list: bool


@dataclass(frozen=True)
class Stopping:
    """The passages of one medicine; ``is_signed`` when a pharmacist answers for them."""

    medicine: str
    passages: tuple[Passage, ...]
    is_signed: bool


def stopping_of(product_ids: Collection[int], *, country: str) -> list[Stopping]:
    """What the current contents of these medicines say to a reader in a country; one query."""
    return [_stopping(version, country) for version in _versions(product_ids)]


def do_not_stop(product_ids: Collection[int]) -> str:
    """What the patient must not do, in the words of these medicines; in general without any."""
    said = [each.told.text for each in _sudden(product_ids)]
    return ". ".join(said) or gettext("Do not stop taking your medicine suddenly")


def stopping_is_dangerous(product_ids: Collection[int]) -> str:
    """The same, for the pharmacist."""
    said = [each.warned.text for each in _sudden(product_ids)]
    return " ".join(said) or gettext("Stopping suddenly is dangerous.")


def _sudden(product_ids: Collection[int]) -> list[document.Stopping]:
    contents = [version.content for version in _versions(product_ids)]
    return [content.stopping for content in contents if content.stopping]


def _versions(product_ids: Collection[int]) -> QuerySet[ContentVersion]:
    return ContentVersion.objects.filter(
        medicine__product__in=product_ids, pk=F("medicine__shown")
    ).select_related("medicine")


def _stopping(version: ContentVersion, country: str) -> Stopping:
    content = version.content.for_country(country)
    numbers = source_numbers(content)
    page = reverse("catalogue:sources", kwargs={"slug": version.medicine.slug})
    boxes = [
        block
        for section in content.sections
        if section.slug == SECTION
        for block in section.blocks
        if block.kind in BOXES
    ]

    def passage(title: str, blocks: tuple[Block, ...], *, is_list: bool) -> Passage:
        said = (statement_html(each, numbers, page=page) for each in statements_of(blocks))
        return Passage(inline_html(title), tuple(said), is_list)

    warning = passage(content.warning.title, content.warning.blocks, is_list=False)
    return Stopping(
        medicine=version.medicine.name,
        passages=(warning, *(passage(box.title, box.blocks, is_list=True) for box in boxes)),
        is_signed=version.signature_id is not None,
    )
