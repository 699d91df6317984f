"""Products: a medicine is a parent, each strength and pack size of it a child with its own price."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.abstract_models import AbstractProduct, AbstractProductClass

from catalogue.content.models import (  # noqa: F401 (models live here)
    ContentVersion,
    Medicine,
    Signature,
    Tag,
)


class ProductClass(AbstractProductClass):
    # A new kind of product is guarded until somebody decides, in code or data, that it need not be.
    needs_prescription = models.BooleanField(_("needs a prescription"), default=True)


class Product(AbstractProduct):
    """A medicine (parent) or a pack of it (child)."""

    strength_mg = models.PositiveSmallIntegerField(_("strength (mg)"), null=True, blank=True)
    tablets = models.PositiveSmallIntegerField(_("tablets in the pack"), null=True, blank=True)
    supply_countries = models.ManyToManyField(
        "address.Country",
        blank=True,
        related_name="+",
        verbose_name=_("may be supplied in"),
        help_text=_("Countries where this strength is authorised. None: it is supplied nowhere."),
    )

    class Meta(AbstractProduct.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("parent", "strength_mg", "tablets"),
                name="one_pack_of_each_size",
                violation_error_message=_(
                    "This medicine already has a pack of this strength and size."
                ),
            ),
            models.CheckConstraint(
                condition=Q(strength_mg__isnull=True, tablets__isnull=True)
                | Q(strength_mg__gt=0, tablets__gt=0),
                name="pack_has_strength_and_size",
                violation_error_message=_("A pack has both a strength and a number of tablets."),
            ),
            # Prices of prescription medicines are not promoted: no offer may touch a pack.
            models.CheckConstraint(
                condition=Q(strength_mg__isnull=True) | Q(is_discountable=False),
                name="packs_are_not_discounted",
                violation_error_message=_("A pack of a medicine cannot be discounted."),
            ),
        )

    @property
    def needs_prescription(self) -> bool:
        return self.get_product_class().needs_prescription

    @property
    def is_pack(self) -> bool:
        return self.strength_mg is not None


from oscar.apps.catalogue.models import *
