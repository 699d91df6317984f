"""The test cards, and the card form a visitor fills in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

Behaviour = Literal["pays", "declines", "challenges"]


@dataclass(frozen=True)
class Decline:
    """What a bank says no with; `blocked` is a no of Stripe's own, and no bank was asked."""

    code: str
    decline_code: str
    message: str
    network_code: str | None = None
    advice: str | None = None
    network_advice: str | None = None
    blocked: bool = False


@dataclass(frozen=True)
class TestCard:
    """What becomes of a payment by this card; `dispute` and `refund` say what comes afterwards."""

    does: str
    asks: bool = False
    decline: Decline | None = None
    dispute: str = ""
    is_inquiry: bool = False
    refund: Literal["", "pending", "fails"] = ""

    @property
    def behaviour(self) -> Behaviour:
        if self.asks:
            return "challenges"
        return "declines" if self.decline else "pays"


def _declined(decline_code: str, network_code: str, advice: str, network: str | None) -> Decline:
    message = "Your card was declined."
    return Decline("card_declined", decline_code, message, network_code, advice, network)


_GENERIC = _declined("generic_decline", "01", "try_again_later", None)
_FUNDS = Decline(
    "card_declined",
    "insufficient_funds",
    "Your card has insufficient funds.",
    "51",
    "try_again_later",
    "02",
)
_EXPIRED = Decline(
    "expired_card", "expired_card", "Your card has expired.", "54", "confirm_card_data", "03"
)
_CVC = Decline(
    "incorrect_cvc",
    "incorrect_cvc",
    "Your card's security code is incorrect.",
    "N7",
    "confirm_card_data",
    "03",
)
_PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    "06",
    "try_again_later",
)
_BLOCKED = Decline("card_declined", "fraudulent", "Your card was declined.", blocked=True)

# Stripe's own test cards: https://docs.stripe.com/testing
CARDS = {
    "4242424242424242": TestCard("pays"),
    "4000000000000002": TestCard("is declined", decline=_GENERIC),
    "4000000000009995": TestCard("has insufficient funds", decline=_FUNDS),
    "4000000000009987": TestCard(
        "was lost", decline=_declined("lost_card", "41", "do_not_try_again", "01")
    ),
    "4000000000009979": TestCard(
        "was stolen", decline=_declined("stolen_card", "43", "do_not_try_again", "01")
    ),
    "4000000000006975": TestCard(
        "was used too often",
        decline=_declined("card_velocity_exceeded", "61", "try_again_later", "02"),
    ),
    "4000000000000069": TestCard("has expired", decline=_EXPIRED),
    "4000000000000127": TestCard("has another security code", decline=_CVC),
    "4000000000000119": TestCard("meets an error at the bank", decline=_PROCESSING),
    "4100000000000019": TestCard("is blocked by Stripe", decline=_BLOCKED),
    "4000000000003220": TestCard("asks for a 3-D Secure step", asks=True),
    "4000002760003184": TestCard("always asks for a 3-D Secure step", asks=True),
    "4000002500003155": TestCard("asks for a 3-D Secure step unless saved", asks=True),
    "4000008260003178": TestCard("asks, then has insufficient funds", asks=True, decline=_FUNDS),
    "4000008400001629": TestCard("asks, then is declined", asks=True, decline=_GENERIC),
    "4000008400001280": TestCard("cannot be asked, and is declined", decline=_GENERIC),
    "4000000000003055": TestCard("could ask for a 3-D Secure step, and does not"),
    "4000000032200000": TestCard("is confirmed without a 3-D Secure step"),
    "4000000000000259": TestCard("pays, and is disputed as fraud", dispute="fraudulent"),
    "4000000000002685": TestCard(
        "pays, and is disputed as not received", dispute="product_not_received"
    ),
    "4000000000001976": TestCard(
        "pays, and the bank inquires", dispute="product_not_received", is_inquiry=True
    ),
    "4000000000007726": TestCard("pays; a refund waits a minute", refund="pending"),
    "4000000000005126": TestCard("pays; a refund fails after a minute", refund="fails"),
}
TEST_CARDS: dict[str, Behaviour] = {number: card.behaviour for number, card in CARDS.items()}
EXPIRY = re.compile(r"(0?[1-9]|1[0-2])\s*/?\s*(?:20)?([0-9]{2})")
FIELDS = ("number", "expiry", "cvc", "name")


@dataclass(frozen=True)
class Card:
    number: str
    month: int
    year: int
    holder: str

    @property
    def test(self) -> TestCard:
        return CARDS[self.number]


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


def grouped(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


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
