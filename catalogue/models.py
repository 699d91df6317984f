"""Products: a medicine is a parent, each strength and pack size of it a child with its own price."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.abstract_models import AbstractProduct, AbstractProductClass

from catalogue.amounts import DoseForm, Strength
from catalogue.content.models import (  # noqa: F401 (models live here)
    ContentVersion,
    Medicine,
    Signature,
    Tag,
)
from catalogue.fields import EverField, StrengthField
from catalogue.prices.models import PlannedPrice, Pricing  # noqa: F401 (models live here)
from shop.audit import states


class ProductClass(AbstractProductClass):
    # A new kind of product is guarded until somebody decides, in code or data, that it need not be.
    needs_prescription = models.BooleanField(_("needs a prescription"), default=True)


# What a row keeps once it was public; the database refuses to change them, too.
FIXED = ("parent", "dose_form", "strength", "units", "upc")


class Product(AbstractProduct):
    """A medicine in one dose form (parent) or a pack of it (child), of so many units of that form.

    What was public once may have been bought, so it stays what it says: a correction is a new pack.
    """

    dose_form = models.CharField(_("dose form"), max_length=20, choices=DoseForm, blank=True)
    strength = StrengthField(_("strength"), null=True, blank=True)
    units = models.PositiveSmallIntegerField(_("units in the pack"), null=True, blank=True)
    supply_countries = models.ManyToManyField(
        "address.Country",
        blank=True,
        related_name="+",
        verbose_name=_("may be supplied in"),
        help_text=_("Countries where this strength is authorised. None: it is supplied nowhere."),
    )

    has_been_public = EverField(_("has been public"), of="is_public")

    class Meta(AbstractProduct.Meta):
        constraints = (
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(has_been_public=True),
                name="what_is_public_has_been_public",
            ),
            # What was retired leaves its place to the pack that corrects it.
            models.UniqueConstraint(
                fields=("parent", "strength", "units"),
                condition=Q(is_public=True),
                name="one_pack_of_each_size",
                violation_error_message=_(
                    "This medicine already has a pack of this strength and size."
                ),
            ),
            models.CheckConstraint(
                # Without the two, a comparison with null would let half a pack pass.
                condition=Q(strength__isnull=True, units__isnull=True)
                | Q(
                    strength__isnull=False,
                    units__isnull=False,
                    strength__contains="g/",
                    units__gt=0,
                ),
                name="pack_has_strength_and_size",
                violation_error_message=_("A pack has both a strength and a number of units."),
            ),
            models.CheckConstraint(
                condition=Q(dose_form__in=["", *DoseForm.values]), name="known_dose_form"
            ),
            # Prices of prescription medicines are not promoted: no offer may touch a pack.
            models.CheckConstraint(
                condition=Q(strength__isnull=True) | Q(is_discountable=False),
                name="packs_are_not_discounted",
                violation_error_message=_("A pack of a medicine cannot be discounted."),
            ),
        )

    @property
    def needs_prescription(self) -> bool:
        """As its class says; a class, medicine or pack that the log does not know needs one too."""
        kind = self.get_product_class()
        return kind.needs_prescription or not self._is_known_in(kind)

    def _is_known_in(self, kind: ProductClass) -> bool:
        rows = [self, self.parent] if self.parent else [self]
        return states.is_known(kind) and not states.unknown(rows)

    def differs_from(self, before: Product) -> bool:
        """Whether something that a row keeps was given there and is something else here."""
        names = [self._meta.get_field(name).attname for name in FIXED]
        return any(
            getattr(before, name) and getattr(before, name) != getattr(self, name) for name in names
        )

    @property
    def form(self) -> DoseForm:
        """The dose form of a medicine that has packs, or of a pack. Raises ValueError for others."""
        return DoseForm((self.parent or self).dose_form)

    def clean(self) -> None:
        super().clean()
        self.has_been_public = self.has_been_public or self.is_public
        before = Product.objects.filter(pk=self.pk).first()
        if before and before.dose_form and before.dose_form != self.dose_form:
            raise ValidationError(
                _("Another dose form is another medicine: this one keeps its own.")
            )
        if before and before.has_been_public and self.differs_from(before):
            raise ValidationError(KEEPS)
        if self.parent is not None and self.strength is not None:
            _check_strength(self.strength, self.parent)


KEEPS = _(
    "It has been on sale, so it keeps its strength, its size and its SKU. To correct one of them, make "
    "a new pack, and make this one not public."
)


def _check_strength(strength: Strength, medicine: Product) -> None:
    if not medicine.dose_form:
        raise ValidationError(_("Say first in which form the medicine comes."))
    if not medicine.form.fits(strength):
        values = {"strength": strength.words, "form": medicine.form.label}
        raise ValidationError(_("%(strength)s is no strength of %(form)s.") % values)


from oscar.apps.catalogue.models import *
