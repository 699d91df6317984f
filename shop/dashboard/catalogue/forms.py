"""What staff may set on a product, its price and its stock."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from oscar.apps.dashboard.catalogue.forms import ProductForm as OscarProductForm
from oscar.apps.dashboard.catalogue.forms import StockRecordForm as OscarStockRecordForm
from oscar.templatetags.currency_filters import currency as money

from catalogue.models import Product, ProductClass

PACK_FIELDS = ["strength_mg", "tablets", "supply_countries"]


class ProductForm(OscarProductForm):
    class Meta(OscarProductForm.Meta):
        fields = (*OscarProductForm.Meta.fields, *PACK_FIELDS)

    def __init__(
        self, product_class: ProductClass, *args: Any, parent: Product | None = None, **kwargs: Any
    ) -> None:
        super().__init__(product_class, *args, parent=parent, **kwargs)
        if product_class.needs_prescription:
            self.fields.pop("is_discountable", None)
            self.instance.is_discountable = False
        for name in PACK_FIELDS:
            if parent is None:
                del self.fields[name]
            elif name != "supply_countries":
                self.fields[name].required = product_class.needs_prescription

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        size = {name: cleaned.get(name) for name in ("strength_mg", "tablets")}
        # The parent is no field of the form, so the form does not check the constraint by itself.
        twins = Product.objects.filter(parent=self.instance.parent, **size)
        if all(size.values()) and twins.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("This medicine already has a pack of this strength and size."))
        return cleaned


def nearest_prices(price: Decimal, tablets: int) -> tuple[Decimal, Decimal]:
    """The next pack prices below and above that are a whole number of cents per tablet."""
    step = Decimal(tablets) / 100
    below = (price / step).to_integral_value(rounding=ROUND_DOWN) * step
    return max(below, step), below + step


class StockRecordForm(OscarStockRecordForm):
    # Tablets in the pack that the record belongs to, as just posted; the formset sets it.
    tablets: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A basket holds one currency.
        self.fields["price_currency"].disabled = True

    def clean_price(self) -> Decimal | None:
        price = self.cleaned_data["price"]
        if price is not None and price <= 0:
            raise ValidationError(_("The price must be more than nothing."))
        if price is not None and self.tablets and price * 100 % self.tablets:
            below, above = nearest_prices(price, self.tablets)
            raise ValidationError(
                _(
                    "%(price)s is not a whole number of cents per tablet. The nearest prices that "
                    "are: %(below)s and %(above)s."
                )
                % {"price": money(price), "below": money(below), "above": money(above)}
            )
        return price

    def clean_num_in_stock(self) -> int | None:
        in_stock = self.cleaned_data["num_in_stock"]
        allocated = self.instance.num_allocated or 0
        if in_stock is not None and in_stock < allocated:
            raise ValidationError(
                _("%(count)s packs are promised to orders; the stock cannot be lower.")
                % {"count": allocated}
            )
        return in_stock
