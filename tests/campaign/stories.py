"""Short stories that the campaign tells once for each commit in them."""

from __future__ import annotations

from tests.campaign.steps import Step

PAID = ("the customer presses pay", "a good card is entered")
ORDERED = (*PAID, "the customer comes back")
CHANGED = ("the customer changes the cart", "the customer presses pay")
STORIES = {
    name: [Step(step, seed=1) for step in steps]
    for name, steps in {
        "heard": (*PAID, "the webhook of the payment arrives"),
        "came-back": (*PAID, "the customer comes back"),
        "finished": (*PAID, "pending payments are finished"),
        "reconciled": (*PAID, "the books are reconciled"),
        "withdrawn": (*PAID, "the approval is withdrawn", "the customer comes back"),
        "changed": (
            "the customer presses pay",
            *CHANGED,
            "a good card is entered",
            "the webhook of the payment arrives",
        ),
        "changed-too-late": (*PAID, *CHANGED, "the webhook of the payment arrives"),
        "lapsed": (*PAID, "a week passes", "the customer comes back"),
        "cancelled": (*ORDERED, "staff cancel an order"),
        "refunded": (*ORDERED, "staff pay a part back"),
        "refunded-at-stripe": (
            *ORDERED,
            "money is paid back at stripe",
            "the newest webhook arrives",
        ),
        "refund-reconciled": (*ORDERED, "money is paid back at stripe", "the books are reconciled"),
        "dispute-reconciled": (*ORDERED, "a charge is disputed", "the books are reconciled"),
        "sent-back": (
            *ORDERED,
            "staff pay a part back",
            "a bank sends a refund back",
            "the newest webhook arrives",
        ),
        "disputed": (*ORDERED, "a charge is disputed", "the newest webhook arrives"),
        "dispatched": (*ORDERED, "an order moves on", "an order moves on"),
    }.items()
}
