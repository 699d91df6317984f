"""Changes that people make to products: recorded, and refused where only the superintendent may say it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db.models import Model

from catalogue.models import Product, ProductClass
from catalogue.shelf import title_of_pack
from shop.audit.log import Actor
from shop.audit.watching import Contents, Family, Watch, watching

# What a customer is told that it is, and where it may go.
FIELDS = (
    "title",
    "slug",
    "description",
    "meta_title",
    "meta_description",
    "supply_countries",
    "dose_form",
)
# And what kind of product it is, which says what it needs.
THEIRS = (*FIELDS, "product_class_id")
# What a new pack has of these without anybody's word.
GIVEN = ("title", "slug")


class NotTheirs(PermissionDenied):
    """What a product is, and where it may go, is for the superintendent to say."""


@contextmanager
def editing(family: Family, *, actor: Actor, says_what_it_is: bool) -> Iterator[Watch]:
    """Record what the block changes of the family, whatever way it goes.

    Raises NotTheirs, and then nothing stays, where it changes what only who ``says_what_it_is`` may.
    """
    judge = None if says_what_it_is else _judge
    with watching(family, actor=actor, judge=judge) as watch:
        yield watch


def _judge(row: Model, before: Contents | None, after: Contents) -> None:
    if isinstance(row, ProductClass):
        raise NotTheirs(f"the kind {row}")
    if not isinstance(row, Product):
        return
    said = _said_of_new(row, after) if before is None else _said_anew(before, after)
    if said:
        raise NotTheirs(f"{', '.join(said)} of {row}")


def _said_anew(before: Contents, after: Contents) -> list[str]:
    return [name for name in THEIRS if before.get(name) != after.get(name)]


def _said_of_new(row: Product, contents: Contents) -> list[str]:
    """A new pack is called what it is and goes nowhere yet; a new medicine is nobody else's."""
    if row.parent is None:
        return ["a new product"]
    said = [name for name in THEIRS if name not in GIVEN and contents.get(name)]
    if row.strength and row.units:
        named = title_of_pack(row.parent, row.strength, row.units)
        said += ["title"] if contents.get("title") not in {None, named} else []
    return said
