"""The address of a delivery, wherever it is typed: at the checkout, in the address book, by staff."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from oscar.apps.address.forms import AbstractAddressForm
from oscar.apps.address.models import UserAddress

from shop.addresses import countries
from shop.addresses.fitting import CountrySelect, FitsCountry, number_field
from shop.addresses.rules import Part

__all__ = ["AbstractAddressForm", "DeliveryForm", "UserAddressForm"]

FIELDS = (
    "first_name",
    "last_name",
    "country",
    "line1",
    "line2",
    "line3",
    "line4",
    "state",
    "postcode",
    "phone_number",
    "notes",
)
WIDGETS = {
    "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
    "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
    "country": CountrySelect(attrs={"autocomplete": "country"}),
    "line1": forms.TextInput(attrs={"autocomplete": "address-line1"}),
    "line2": forms.TextInput(attrs={"autocomplete": "address-line2"}),
    "postcode": forms.TextInput(attrs={"class": "input--s"}),
    "notes": forms.Textarea(attrs={"rows": 3}),
}
NEEDED = {
    "first_name": _("Enter the first name of who gets the parcel."),
    "last_name": _("Enter the last name of who gets the parcel."),
    "country": _("Choose the country."),
}


class DeliveryForm(FitsCountry, AbstractAddressForm):
    address_fields: ClassVar[dict[Part, str]] = {
        Part.STREET: "line1",
        Part.SUBURB: "line3",
        Part.CITY: "line4",
        Part.STATE: "state",
        Part.POSTCODE: "postcode",
    }
    phone_field = "phone_number"

    phone_number = number_field(help_text=_("In case the driver or a pharmacist has to call."))

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        self.fields["line2"].label = _("Flat, unit or building")
        for name in NEEDED.keys() & self.fields.keys():
            self.fields[name].error_messages["required"] = NEEDED[name]
        if "country" in self.fields:
            country = cast("forms.ModelChoiceField", self.fields["country"])
            country.queryset = countries.licensed()
            country.empty_label = None

    def fixed_country(self) -> str:
        return self.instance.country_id or ""

    def full_clean(self) -> None:
        # Oscar's own patterns would say the same a second time, and refuse BFPO 61 and others.
        self.instance.POSTCODES_REGEX = {}
        super().full_clean()
        del self.instance.POSTCODES_REGEX


class UserAddressForm(DeliveryForm):
    class Meta:
        model = UserAddress
        fields = FIELDS
        widgets = WIDGETS

    def __init__(self, user: Any, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        self.instance.user = user
