"""The address in a form: what is asked, what it is called and what is needed follow its country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.addresses import phones, rules
from shop.addresses.rules import Part, Place, Rules

# The button that asks for the fields of another country; its value is the country they are for.
CHANGE = "change_country"
AUTOCOMPLETE = {
    Part.SUBURB: "address-level3",
    Part.CITY: "address-level2",
    Part.STATE: "address-level1",
    Part.POSTCODE: "postal-code",
}


class CountrySelect(forms.Select):
    """The countries, and a button beside them that asks for the fields of the one chosen."""

    template_name = "forms/country.html"
    fitted_to = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        can_change = sum(1 for code, _name in self.choices if code) > 1
        return {**context, "button": CHANGE, "fitted_to": self.fitted_to, "can_change": can_change}


class StateField(forms.ChoiceField):
    """A state, from the list of its country; its name counts as its key."""

    def __init__(self, of: Rules, **kwargs: Any) -> None:
        chosen = _("Choose the %(state)s") % {"state": of.names[Part.STATE]}
        super().__init__(choices=[("", chosen), *of.states.items()], **kwargs)
        self.of = of

    def to_python(self, value: Any) -> str:
        return self.of.state_key(super().to_python(value))

    def prepare_value(self, value: Any) -> Any:
        return self.of.state_key(value) if isinstance(value, str) else value


if TYPE_CHECKING:
    Fitted = forms.Form
else:
    Fitted = object


class FitsCountry(Fitted):
    """For a form that asks for an address; a subclass names the fields of the parts that it asks for.

    Pressing the button beside the country draws the same form for another one, and checks nothing.
    """

    address_fields: ClassVar[Mapping[Part, str]]
    country_field = "country"
    phone_field = "phone"

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        if data is not None and self._wants_other_fields(data):
            kwargs["initial"] = (kwargs.get("initial") or {}) | self._as_typed(data)
            data = files = None
        super().__init__(data, files, **kwargs)
        self._fit()

    def _wants_other_fields(self, data: Any) -> bool:
        """Not when the button was the first for the key Enter, and the country is as it was."""
        return CHANGE in data and data[CHANGE] != data.get(self.country_field)

    def _as_typed(self, data: Any) -> dict[str, Any]:
        fields = self.base_fields.items()
        return {name: each.widget.value_from_datadict(data, {}, name) for name, each in fields}

    def _fit(self) -> None:
        """To the country that is chosen, or to the one that most readers live in."""
        code = self._country_shown()
        shown = rules.rules_of(code)
        for part, name in self.address_fields.items():
            self._fit_field(name, part, shown)
        if self.country_field in self.fields:
            self.fields[self.country_field].widget.fitted_to = code

    def _country_shown(self) -> str:
        bound = self.country_field in self.fields and self[self.country_field].value()
        code = str(bound or self.fixed_country())
        return code if code in settings.LICENSED_COUNTRIES else usual_country()

    def fixed_country(self) -> str:
        """The country of an address that cannot move to another."""
        return ""

    def _fit_field(self, name: str, part: Part, of: Rules) -> None:
        field = self.fields[name]
        field.required = part in of.needed
        field.label = of.label(part)
        field.error_messages["required"] = rules.missing(of, part)
        if part not in of.asked:
            field.widget = forms.HiddenInput()
            return
        if part in AUTOCOMPLETE:
            field.widget.attrs["autocomplete"] = AUTOCOMPLETE[part]
        if part == Part.STATE and of.states:
            self.fields[name] = _state_field(of, field)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = cleaned.get(self.country_field) or self.fixed_country()
        if not chosen:
            # Nobody can say yet what is wrong with the rest.
            for name in self.address_fields.values():
                self.errors.pop(name, None)
        else:
            code = chosen if isinstance(chosen, str) else chosen.pk
            self._check_address(cleaned, code)
            self._check_phone(cleaned, code)
        return cleaned

    def _check_address(self, cleaned: dict[str, Any], code: str) -> None:
        given = {part: cleaned.get(name, "") for part, name in self.address_fields.items()}
        place = Place(**{part.name.lower(): words for part, words in given.items()}, country=code)
        for part, words in rules.faults(place).items():
            name = self.address_fields.get(part)
            if name and name not in self.errors:
                self.add_error(name, words)
        normal = rules.normal(place)
        for part, name in self.address_fields.items():
            if name in cleaned:
                cleaned[name] = normal.part(part)

    def _check_phone(self, cleaned: dict[str, Any], code: str) -> None:
        number = cleaned.get(self.phone_field)
        if not number:
            return
        try:
            cleaned[self.phone_field] = phones.international(number, country=code)
        except phones.NotANumber as wrong:
            words = _(
                "Check the phone number. It looks like this: %(example)s. From abroad it begins with +."
            )
            self.add_error(self.phone_field, words % {"example": wrong.example})


def _state_field(of: Rules, before: forms.Field) -> StateField:
    return StateField(
        of,
        label=before.label,
        required=before.required,
        widget=forms.Select(attrs={"autocomplete": AUTOCOMPLETE[Part.STATE]}),
        error_messages={
            "required": before.error_messages["required"],
            "invalid_choice": rules.not_listed(of),
        },
    )


def usual_country() -> str:
    """Where most readers live, if medicines may go there."""
    usual = settings.CONTENT_COUNTRY
    return usual if usual in settings.LICENSED_COUNTRIES else settings.LICENSED_COUNTRIES[0]


def number_field(**kwargs: Any) -> forms.CharField:
    """A number as it is dialled, checked once the country is known."""
    return forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        **kwargs,
    )
