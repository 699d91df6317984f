"""The test cards, and the card form a visitor fills in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Behaviour = Literal["pays", "declines", "challenges"]
TEST_CARDS: dict[str, Behaviour] = {
    "4242424242424242": "pays",
    "4000000000000002": "declines",
    "4000000000003220": "challenges",
}
FIELDS = ("number", "expiry", "cvc", "name")


@dataclass(frozen=True)
class Card:
    number: str
    month: int
    year: int
    holder: str

    @property
    def behaviour(self) -> Behaviour:
        return TEST_CARDS[self.number]


class InvalidCard(Exception):
    """`messages` says per field what the visitor must change."""

    def __init__(self, messages: dict[str, str]) -> None:
        super().__init__("The card form is not valid.")
        self.messages = messages


def read(form: Mapping[str, str], *, now: int) -> Card:
    """The card; raises `InvalidCard` with a message for every wrong field."""
    entered = {field: form.get(field, "").strip() for field in FIELDS}
    problems = {
        "number": _number_problem(entered["number"]),
        "expiry": _expiry_problem(entered["expiry"], now=now),
        "cvc": "" if re.fullmatch(r"\d{3}", entered["cvc"]) else "Enter the three-digit CVC.",
        "name": "" if entered["name"] else "Enter the name on the card.",
    }
    messages = {field: problem for field, problem in problems.items() if problem}
    if messages:
        raise InvalidCard(messages)
    month, year = _expiry(entered["expiry"])
    return Card(digits(entered["number"]), month, year, entered["name"])


def digits(number: str) -> str:
    return re.sub(r"[\s-]", "", number)


def passes_luhn(number: str) -> bool:
    doubled = [int(digit) * 2 for digit in number[-2::-2]]
    plain = [int(digit) for digit in number[-1::-2]]
    return (sum(plain) + sum(sum(divmod(each, 10)) for each in doubled)) % 10 == 0


def _number_problem(entered: str) -> str:
    number = digits(entered)
    if not number:
        return "Enter a card number."
    if not re.fullmatch(r"[0-9]{12,19}", number) or not passes_luhn(number):
        return "This is not a valid card number. Check the digits."
    if number not in TEST_CARDS:
        return "This page takes only the test cards listed below."
    return ""


def _expiry_problem(entered: str, *, now: int) -> str:
    if not entered:
        return "Enter the expiry date, for example 12/34."
    month, year = _expiry(entered)
    if not 1 <= month <= 12:
        return "Enter the expiry date as month and year, for example 12/34."
    today = datetime.fromtimestamp(now, UTC)
    if (year, month) < (today.year, today.month):
        return "This card has expired. Use a date in the future."
    return ""


def _expiry(entered: str) -> tuple[int, int]:
    """Month and year; month 0 when it is no date."""
    match = re.fullmatch(r"([0-9]{1,2})\s*/?\s*([0-9]{2}|20[0-9]{2})", entered)
    if match is None:
        return 0, 0
    year = int(match[2])
    return int(match[1]), year if year > 99 else 2000 + year
