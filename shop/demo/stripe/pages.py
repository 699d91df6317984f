"""Fills the templates of the hosted page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from markupsafe import Markup

from shop.demo.stripe import cards, money, sessions
from shop.demo.stripe.replies import Document

# Label, hint and keyboard of each field.
FIELDS = {
    "number": ("Card number", "One of the test cards below", "numeric"),
    "expiry": ("Expiry date", "Month and year, for example 12/34", "numeric"),
    "cvc": ("CVC", "Any three digits", "numeric"),
    "name": ("Name on the card", "Any name", "text"),
}


@dataclass(frozen=True)
class View:
    session: Document
    line_items: list[Document]
    last_failure: str

    @property
    def amount(self) -> str:
        return money.written(self.session["amount_total"], self.session["currency"])


def document(main: Markup) -> str:
    heading = main.partition("<h1>")[2].partition("</h1>")[0]
    title = Markup("{} – Test card page").format(heading)
    if 'role="alert"' in main:
        title = Markup("Error: ") + title
    return _filled("layout.html", title=title, main=main)


def form(view: View, entered: Mapping[str, str], problems: Mapping[str, str]) -> Markup:
    return _filled(
        "pay.html",
        amount=view.amount,
        alert=_alert(view, problems),
        items=_items(view),
        session_id=view.session["id"],
        fields=Markup().join(_field(name, entered, problems) for name in FIELDS),
        cancel=_link("cancel.html", view.session["cancel_url"]),
        cards=Markup().join(
            _filled("card.html", number=cards.grouped(number), does=card.does)
            for number, card in cards.CARDS.items()
        ),
    )


def challenge(view: View) -> Markup:
    return _filled("challenge.html", amount=view.amount, session_id=view.session["id"])


def closed(session: Document) -> Markup:
    if session["status"] == "complete":
        return _filled(
            "closed.html",
            heading="This payment is complete",
            explanation="There is nothing left to pay here.",
            way_back=_link("way_back.html", sessions.success_url(session)),
        )
    return _filled(
        "closed.html",
        heading="This payment page has expired",
        explanation="Nothing was charged. Start the payment again in the shop.",
        way_back=_link("way_back.html", session["cancel_url"]),
    )


def unknown() -> Markup:
    return _filled(
        "closed.html",
        heading="There is no such payment page",
        explanation="Check the address, or start the payment again in the shop.",
        way_back=Markup(),
    )


@cache
def stylesheet() -> str:
    return _template("checkout.css")


def _alert(view: View, problems: Mapping[str, str]) -> Markup:
    if problems:
        links = [
            _filled("field_error_link.html", name=name, message=message)
            for name, message in problems.items()
        ]
        return _filled("field_errors.html", links=Markup().join(links))
    if view.last_failure:
        return _filled("failed.html", message=view.last_failure)
    return Markup()


def _items(view: View) -> Markup:
    return Markup().join(
        _filled("item.html", name=_item_name(item), amount=_item_amount(item))
        for item in view.line_items
    )


def _item_name(item: Document) -> str:
    name = item["price_data"]["product_data"]["name"]
    return f"{name} × {item['quantity']}" if item["quantity"] > 1 else name


def _item_amount(item: Document) -> str:
    price = item["price_data"]
    return money.written(price["unit_amount"] * item["quantity"], price["currency"])


def _field(name: str, entered: Mapping[str, str], problems: Mapping[str, str]) -> Markup:
    label, hint, keyboard = FIELDS[name]
    wrong = name in problems
    error = _filled("field_error.html", name=name, message=problems[name]) if wrong else Markup()
    return _filled(
        "field.html",
        name=name,
        label=label,
        hint=hint,
        keyboard=keyboard,
        error=error,
        value=_shown_again(name, entered.get(name, "")),
        described_by=f"{name}-hint {name}-error" if wrong else f"{name}-hint",
        invalid=Markup(' aria-invalid="true"') if wrong else Markup(),
    )


def _shown_again(name: str, value: str) -> str:
    """A number that may be a real card's, and any CVC, never come back in a page."""
    if name == "cvc" or (name == "number" and cards.digits(value) not in cards.TEST_CARDS):
        return ""
    return value


def _link(template: str, url: str | None) -> Markup:
    return _filled(template, url=url) if url else Markup()


def _filled(template: str, **values: object) -> Markup:
    return Markup(_template(template)).format(**values)  # noqa: S704 - our own files


@cache
def _template(name: str) -> str:
    return (resources.files(__package__) / "templates" / name).read_text("utf-8")
