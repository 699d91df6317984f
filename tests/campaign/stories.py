"""Short stories that the campaign tells once for each commit in them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.campaign.steps import Step
from tests.campaign.world import Cast

PAID = ("the customer presses pay", "a good card is entered")
ORDERED = (*PAID, "the customer comes back")
CHECKED_AGAIN = "an approval is checked again"
CHANGE = "another pack is put into the cart"
ONE_CUSTOMER = Cast()
# A second pack is still within what one supply allows.
SMALL_PACK = Cast(packs=(30,))
LAST_PACK = Cast(in_stock=1, supplies=(2, 2), packs=(60, 60))


@dataclass(frozen=True)
class Story:
    """What went well before, and the steps in which a process may be killed."""

    before: tuple[str, ...]
    killed: tuple[str, ...]
    cast: Cast = ONE_CUSTOMER

    @property
    def steps(self) -> list[Step]:
        return [Step(name, seed=1) for name in (*self.before, *self.killed)]

    def may_be_killed_at(self, place: int) -> bool:
        return place >= len(self.before)


STORIES = {
    "heard": Story((), (*PAID, "the webhook of the payment arrives")),
    "refunded": Story(ORDERED, ("staff pay a part back",)),
    "last-pack": Story(
        ("everybody presses pay", "everybody enters a good card"),
        ("all webhooks arrive",),
        LAST_PACK,
    ),
    "came-back": Story(PAID, ("the customer comes back",)),
    "finished": Story(PAID, ("pending payments are finished",)),
    "reconciled": Story(PAID, ("the books are reconciled",)),
    "withdrawn": Story(PAID, ("the approval is withdrawn", "the customer comes back")),
    "changed": Story(
        ("the customer presses pay", CHANGE),
        (*PAID, "the webhook of the payment arrives"),
        SMALL_PACK,
    ),
    "changed-too-late": Story(
        (*PAID, CHANGE),
        ("the customer presses pay", "the webhook of the payment arrives"),
        SMALL_PACK,
    ),
    "lapsed": Story((*PAID, "a week passes"), ("the customer comes back",)),
    "lapsed-before-capture": Story(
        (*PAID, "captures will fail", "the customer comes back", "a week passes"),
        ("pending payments are finished",),
    ),
    "fault-kept": Story(
        (*PAID, "captures will fail"),
        ("the customer comes back", *["pending payments are finished"] * 2),
    ),
    "released-at-stripe": Story(
        (*PAID, "captures will fail", "the customer comes back"),
        ("an authorisation is released at stripe", "the newest webhook arrives"),
    ),
    "cancelled": Story(ORDERED, ("staff cancel an order",)),
    "taken-back": Story(ORDERED, ("the customer cancels the order",)),
    "cancelled-uncharged": Story(
        (*PAID, "captures will fail", "the customer comes back"), ("staff cancel an order",)
    ),
    "cancelled-part-refunded": Story(
        (*ORDERED, "money is paid back at stripe"), ("staff cancel an order",)
    ),
    "refunded-at-stripe": Story(
        (*ORDERED, "money is paid back at stripe"), ("the newest webhook arrives",)
    ),
    "refund-reconciled": Story(
        (*ORDERED, "money is paid back at stripe"), ("the books are reconciled",)
    ),
    "sent-back": Story(
        (*ORDERED, "staff pay a part back", "a bank sends a refund back"),
        ("the newest webhook arrives",),
    ),
    "disputed": Story((*ORDERED, "a charge is disputed"), ("the newest webhook arrives",)),
    "dispute-reconciled": Story((*ORDERED, "a charge is disputed"), ("the books are reconciled",)),
    "withdrawn-after": Story(ORDERED, ("the approval is withdrawn",)),
    "checked-again": Story(ORDERED, (CHECKED_AGAIN, "an order moves on")),
    "answered-for": Story(
        (*ORDERED, CHECKED_AGAIN), ("a pharmacist answers for an order", "an order moves on")
    ),
    "line-paid-back": Story(ORDERED, ("staff pay a line back",)),
    "dispatched": Story(ORDERED, ("an order moves on", "an order moves on")),
}
