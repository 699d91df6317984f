"""What staff may set on a product, its price and its stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from oscar.apps.dashboard.catalogue.forms import ProductForm as OscarProductForm
from oscar.apps.dashboard.catalogue.forms import StockRecordForm as OscarStockRecordForm

from catalogue.amounts import NotAStrength, Strength
from catalogue.editing import FIELDS
from catalogue.models import FIXED, KEEPS, Product, ProductClass
from catalogue.prices import rules
from catalogue.shelf import title_of_pack
from shop.accounts.models import User
from shop.accounts.roles import is_superintendent

PACK_FIELDS = ["strength", "units", "supply_countries"]
MEDICINE_FIELDS = ["dose_form"]
# Where two editors never overwrite each other unseen.
SET_ELSEWHERE = ("price", "low_stock_threshold", "num_in_stock")


class ProductForm(OscarProductForm):
    """What ``by`` may say of a product; names and countries are there for the superintendent only."""

    strength = forms.CharField(label=_("Strength"), max_length=40)

    class Meta(OscarProductForm.Meta):
        fields = (*OscarProductForm.Meta.fields, *MEDICINE_FIELDS, *PACK_FIELDS)

    def __init__(
        self,
        product_class: ProductClass,
        *args: Any,
        by: User,
        parent: Product | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(product_class, *args, parent=parent, **kwargs)
        self.is_named_here = is_superintendent(by)
        if product_class.needs_prescription:
            self.fields.pop("is_discountable", None)
            self.instance.is_discountable = False
        for name in MEDICINE_FIELDS if parent else PACK_FIELDS:
            del self.fields[name]
        if parent is not None:
            self._ask_for_size(parent, is_required=product_class.needs_prescription)
        self._take_away()
        self._keep()

    def _take_away(self) -> None:
        """What a customer is told that it is, and where it may go, is not staff's to say."""
        for name in () if self.is_named_here else FIELDS:
            self.fields.pop(name, None)

    def _keep(self) -> None:
        """Show what cannot be changed any more, and why."""
        help_text = _(
            "From then on the pack keeps its strength, its size and its SKU: to correct one of them, "
            "make a new pack."
        )
        self.fields["is_public"].help_text = help_text
        self.kept_strength = self.instance.strength
        if not self.instance.has_been_public:
            return
        for name in self.fields.keys() & set(FIXED):
            field = self.fields[name]
            if self.initial.get(name):
                field.disabled = True
                field.help_text = _("It has been on sale, so this stays.")

    def _ask_for_size(self, medicine: Product, *, is_required: bool) -> None:
        self.fields["strength"].required = self.fields["units"].required = is_required
        if medicine.dose_form:
            kind = medicine.form.kind
            self.fields["strength"].help_text = _("As on the label: %s") % kind.example
            self.fields["units"].label = _("%s in the pack") % kind.heading
        if self.instance.strength:
            self.initial["strength"] = self.instance.strength.words

    def clean_strength(self) -> Strength | None:
        """As people write it, for the form in which the medicine comes."""
        text, medicine = self.cleaned_data["strength"], self.instance.parent
        if not text:
            return None
        if not medicine.dose_form:
            raise ValidationError(_("Say first in which form the medicine comes."))
        try:
            return medicine.form.strength(text)
        except NotAStrength as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._refuse_what_stays()
        self._name(cleaned)
        size = {name: cleaned.get(name) for name in ("strength", "units")}
        # The parent is no field of the form, so the form does not check the constraint by itself.
        twins = Product.objects.filter(parent=self.instance.parent, is_public=True, **size)
        if (
            cleaned.get("is_public")
            and all(size.values())
            and twins.exclude(pk=self.instance.pk).exists()
        ):
            raise ValidationError(_("This medicine already has a pack of this strength and size."))
        return cleaned

    def _refuse_what_stays(self) -> None:
        """Say it where something else was posted, instead of leaving it out without a word."""
        for name, field in self.fields.items():
            posted = self.data.get(self.add_prefix(name), "")
            kept = {"", str(self.initial.get(name, ""))}
            if field.disabled and posted not in kept and not self._is_its_strength(name, posted):
                self.add_error(name, KEEPS)

    def _is_its_strength(self, name: str, posted: str) -> bool:
        """Whether it is the same strength in other words: 0.25 mg for 250 micrograms."""
        try:
            return name == "strength" and self.instance.form.strength(posted) == self.kept_strength
        except NotAStrength:
            return False

    def _name(self, cleaned: dict[str, Any]) -> None:
        """A new pack is called what it is, until the superintendent gives it a name."""
        medicine, strength, units = (
            self.instance.parent,
            cleaned.get("strength"),
            cleaned.get("units"),
        )
        if medicine and strength and units and not (self.instance.title or cleaned.get("title")):
            self.instance.title = title_of_pack(medicine, strength, units)


class StockRecordForm(OscarStockRecordForm):
    """The first price of a pack and its stock; later prices belong to the price grid."""

    # The pack that the record belongs to, as just posted; the formset sets it.
    pack: Product | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A basket holds one currency.
        self.fields["price_currency"].disabled = True
        # There is no stock without a batch.
        self.fields["num_in_stock"].disabled = True
        self.fields["num_in_stock"].initial = 0
        self.fields["num_in_stock"].help_text = _("Receive it on the page of its batches.")
        if self.instance.pk:
            # Orders, registers and labels name it.
            self.fields["partner_sku"].disabled = True
            for name in SET_ELSEWHERE:
                self.fields[name].disabled = True
                self.fields[name].help_text = _("It is changed on the page “Prices and stock”.")

    def clean_price(self) -> Decimal | None:
        price = self.cleaned_data["price"]
        if price is not None and self.pack is not None and not self.instance.pk:
            self._check_price(price, self.pack)
        return price

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        """Write what was changed here only: the price or the orders may have moved on meanwhile."""
        if not (commit and self.instance.pk):
            return super().save(commit)
        self.instance.save(update_fields=[*self.changed_data, "date_updated"])
        return self.instance

    def _check_price(self, price: Decimal, pack: Product) -> None:
        offer = rules.Offer(pack.form, pack.units or 1, price, settings.OSCAR_DEFAULT_CURRENCY)
        refused = rules.refusing(rules.findings(offer))
        if refused:
            raise ValidationError([each.words for each in refused])
