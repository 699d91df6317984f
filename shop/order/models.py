"""Oscar's orders, whose lines keep what was sold: a product may change, a sale does not."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oscar.apps.order.abstract_models import AbstractLine

from catalogue.fields import StrengthField
from catalogue.models import Product
from shop.order_statuses import OrderStatus


class Line(AbstractLine):
    """So many packs, each of ``units`` of a strength; other goods have neither."""

    medicine = models.ForeignKey(
        "catalogue.Product",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("medicine as sold"),
    )
    strength = StrengthField(_("strength as sold"), null=True, editable=False)
    units = models.PositiveSmallIntegerField(
        _("units in the pack as sold"), null=True, editable=False
    )
    # What nobody has decided about is guarded, as in the catalogue.
    needed_prescription = models.BooleanField(
        _("needed a prescription when sold"), default=True, editable=False
    )

    class Meta(AbstractLine.Meta):
        constraints = (
            models.CheckConstraint(
                condition=Q(medicine=None, strength=None, units=None)
                # Without the three, a comparison with null would let the row pass.
                | Q(
                    medicine__isnull=False,
                    strength__isnull=False,
                    units__isnull=False,
                    strength__contains="g/",
                    units__gt=0,
                ),
                name="line_says_the_whole_pack",
            ),
        )

    @property
    def units_sold(self) -> int:
        """Units of the strength in all packs of the line; 0 where it is no medicine."""
        return self.quantity * (self.units or 0)

    @property
    def is_taken_out(self) -> bool:
        """Whether its money went back before the order left, which goes on without it."""
        return bool(OrderStatus.CANCELLED == self.status != self.order.status)

    @property
    def pack(self) -> str:
        """One of its packs in words, "60 tablets of 10 mg"; empty where it is no medicine."""
        if self.medicine is None or self.strength is None:
            return ""
        return self.medicine.form.counted_of(self.units or 0, self.strength)

    @property
    def named(self) -> str:
        """Its title that day, and what is in the pack: titles are written by hand."""
        return f"{self.title} ({self.pack})" if self.pack else self.title


def as_sold(product: Product) -> dict[str, Any]:
    """What a line keeps of a product on the day of its sale."""
    needed = {"needed_prescription": product.needs_prescription}
    if product.parent is None or product.strength is None:
        return needed
    pack = {"medicine": product.parent, "strength": product.strength, "units": product.units}
    return {**needed, **pack}


from oscar.apps.order.models import *
