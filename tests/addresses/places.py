"""An address in each of the countries that a pharmacy like this one may serve."""

from __future__ import annotations

PLACES: dict[str, dict[str, str]] = {
    "AU": {"line4": "Sydney", "state": "NSW", "postcode": "2000"},
    "US": {"line4": "Portland", "state": "OR", "postcode": "97201"},
    "GB": {"line4": "London", "postcode": "EC1Y 8SY"},
    "CA": {"line4": "Montreal", "state": "QC", "postcode": "H3Z 2Y7"},
    "NZ": {"line4": "Wellington", "postcode": "6011"},
    "IE": {"line4": "Dublin", "state": "Co. Dublin", "postcode": "A65 F4E2"},
    "DE": {"line4": "Berlin", "postcode": "10115"},
    "AT": {"line4": "Wien", "postcode": "1010"},
    "FR": {"line4": "Paris", "postcode": "75001"},
    "NL": {"line4": "Den Haag", "postcode": "2490 AA"},
    "ES": {"line4": "Madrid", "state": "Madrid", "postcode": "28039"},
    "IT": {"line4": "Roma", "state": "RM", "postcode": "00144"},
    "CH": {"line4": "Bern", "postcode": "3001"},
    "ZA": {"line4": "Pretoria", "postcode": "0083"},
}
# What an address may not lack, by country; Ireland's Eircode and county may be left out.
NEEDED = {
    code: ["line1", *(name for name in ("line4", "state", "postcode") if name in place)]
    for code, place in PLACES.items()
} | {"IE": ["line1", "line4"]}
NAME = {"first_name": "Anna", "last_name": "Example", "line1": "1 Sample Street"}


def address_in(code: str, **changes: str) -> dict[str, str]:
    """What a form for that country is sent."""
    return {**NAME, **PLACES[code], "country": code, **changes}
