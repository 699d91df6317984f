"""Where the pharmacy may send medicines: LICENSED_COUNTRIES, and nothing else, says so.

Oscar's own mark of a country, `is_shipping_country`, is neither written nor read.
"""

from __future__ import annotations

from babel import Locale
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from oscar.apps.address.models import Country


def country(code: str) -> Country:
    """The country with this ISO 3166-1 alpha-2 code. Raises ValidationError for none."""
    name = Locale("en").territories.get(code)
    if name is None or len(code) != len("AU"):
        raise ValidationError(code)
    return Country.objects.get_or_create(
        iso_3166_1_a2=code, defaults={"printable_name": name, "name": name}
    )[0]


def is_licensed(country: Country) -> bool:
    return country.iso_3166_1_a2 in settings.LICENSED_COUNTRIES


def licensed() -> QuerySet[Country]:
    """The countries a parcel may go to, by name; one that was licensed since is made here."""
    found = Country.objects.filter(pk__in=settings.LICENSED_COUNTRIES)
    missing = set(settings.LICENSED_COUNTRIES) - set(found.values_list("pk", flat=True))
    for code in sorted(missing):
        country(code)
    return found.order_by("printable_name")


def choices() -> list[tuple[str, str]]:
    """For a field that takes a code."""
    return list(licensed().values_list("iso_3166_1_a2", "printable_name"))
