"""The test cards, and the card form a visitor fills in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

Behaviour = Literal["pays", "declines", "challenges"]
TEST_CARDS: dict[str, Behaviour] = {
    "4242424242424242": "pays",
    "4000000000000002": "declines",
    "4000000000003220": "challenges",
}
EXPIRY = re.compile(r"(0?[1-9]|1[0-2])\s*/?\s*(?:20)?([0-9]{2})")
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
    expiry = _expiry(entered["expiry"])
    problems = {
        "number": _number_problem(entered["number"]),
        "expiry": _expiry_problem(expiry, now=now),
        "cvc": "" if re.fullmatch(r"\d{3}", entered["cvc"]) else "Enter the three-digit CVC.",
        "name": "" if entered["name"] else "Enter the name on the card.",
    }
    messages = {field: problem for field, problem in problems.items() if problem}
    if messages or expiry is None:
        raise InvalidCard(messages)
    return Card(digits(entered["number"]), expiry.month, expiry.year, entered["name"])


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


def _expiry_problem(expiry: date | None, *, now: int) -> str:
    if expiry is None:
        return "Enter the expiry date as month and year, for example 12/34."
    if expiry < datetime.fromtimestamp(now, UTC).date().replace(day=1):
        return "This card has expired. Use a date in the future."
    return ""


def _expiry(entered: str) -> date | None:
    """The first day of the month the card expires in."""
    match = EXPIRY.fullmatch(entered)
    return date(2000 + int(match[2]), int(match[1]), 1) if match else None
