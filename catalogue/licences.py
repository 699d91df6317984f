"""Names where a pack may be supplied and the pharmacy has no licence, and the other way round."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Tags, register
from django.db import DatabaseError

from catalogue.models import Product


@register(Tags.security, deploy=True)
def check_licences(**_: Any) -> list[CheckMessage]:
    """A country is served only when the pharmacy is licensed for it and a pack may go there."""
    licensed = set(settings.LICENSED_COUNTRIES)
    try:
        packs = Product.objects.filter(structure=Product.CHILD, supply_countries__isnull=False)
        supplied = set(packs.values_list("supply_countries", flat=True).distinct())
    except DatabaseError:
        # Before the first migration there are no packs.
        return []
    found = {
        "catalogue.I001": (supplied - licensed, "Packs may be supplied in %s, without a licence."),
        "catalogue.I002": (licensed - supplied, "Licensed for %s, and no pack may go there."),
    }
    hint = "LICENSED_COUNTRIES says where parcels go; each pack says where it may be supplied."
    return [
        Info(text % ", ".join(sorted(codes)), hint=hint, id=id_)
        for id_, (codes, text) in found.items()
        if codes
    ]
