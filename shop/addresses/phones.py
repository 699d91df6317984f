"""Telephone numbers: read as in the country of the address, kept as they are called from abroad."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


class NotANumber(ValueError):
    """Nobody can be called there; ``example`` is a number of that country as it is dialled there."""

    def __init__(self, country: str) -> None:
        self.example = _example(country)
        super().__init__(country)


def _example(country: str) -> str:
    example = phonenumbers.example_number(country)
    return phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL) if example else ""


def international(words: str, *, country: str) -> str:
    """The number as "+61 2 5550 1234". Raises NotANumber."""
    try:
        number = phonenumbers.parse(words, country or None)
    except NumberParseException:
        raise NotANumber(country) from None
    if not phonenumbers.is_valid_number(number):
        raise NotANumber(country)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
