"""A pack that is no longer sold keeps its past: prices, orders, batches. It can come back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalogue.models import Product
from shop.audit import log, states


class Taken(Exception):
    """Another public pack has the same strength and size."""


def packs_of(medicine: Product) -> list[Product]:
    """Every pack by strength and size, public or not, with its stock record."""
    packs = medicine.children.filter(strength__isnull=False).prefetch_related("stockrecords")
    return sorted(packs, key=lambda pack: (pack.strength.rank, pack.units, not pack.is_public))


@transaction.atomic
def switch(pack: Product, *, is_public: bool, actor: log.Actor) -> None:
    """Retire a pack, or put it back on sale. Raises Taken."""
    pack = Product.objects.select_for_update(of=("self",)).get(pk=pack.pk)
    action = "product.put_back" if is_public else "product.retire"
    with states.changing(pack, action=action, actor=actor):
        pack.is_public = is_public
        try:
            pack.clean()
            pack.validate_constraints()
        except ValidationError as refused:
            raise Taken(
                _("This medicine already has a pack of this strength and size.")
            ) from refused
        pack.save(update_fields=["is_public", "has_been_public", "date_updated"])
