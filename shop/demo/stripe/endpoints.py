"""The API's endpoints: the parameters each takes and what it does."""

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.routing import Map, Rule

from shop.demo.stripe import disputes, errors, intents, lists, objects, refunds, sessions
from shop.demo.stripe.parameters import (
    Choice,
    Field,
    Group,
    Integer,
    ListOf,
    Matching,
    Metadata,
    Text,
)
from shop.demo.stripe.replies import Document
from shop.demo.stripe.store import Store

Execute = Callable[..., Document]
# fmt: off
LOCALES = (
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr",
    "fr-CA", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt",
    "pt-BR", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
)
# fmt: on
# Nothing that would end the header fields these addresses are written into.
WEB_ADDRESS = r"https?://[A-Za-z0-9.:\[\]-]+([/?#]\S*)?"
FILTERS = ("charge", "payment_intent")
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
CARD_ONLY = ListOf(item=Choice(among=("card",)), default=["card"])
PRICE = Group(
    required=True,
    fields={
        "currency": Matching(required=True, pattern="[a-z]{3}"),
        "product_data": Group(
            required=True, fields={"name": Text(required=True), "description": Text()}
        ),
        "unit_amount": Integer(required=True, least=0, most=99_999_999),
    },
)
LINE_ITEM = Group(
    fields={"price_data": PRICE, "quantity": Integer(required=True, least=1, most=999_999)}
)
INTENT_DATA = Group(
    fields={
        "capture_method": Choice(among=("manual", "automatic"), default="automatic"),
        "description": Text(longest=1000),
        "metadata": Metadata(),
        "statement_descriptor_suffix": Text(longest=22),
    }
)
SESSION: dict[str, Field] = {
    "cancel_url": Matching(pattern=WEB_ADDRESS, code="url_invalid"),
    "client_reference_id": Text(longest=200),
    "customer_email": Matching(pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", code="email_invalid"),
    "expires_at": Integer(),
    "line_items": ListOf(required=True, item=LINE_ITEM),
    "locale": Choice(among=LOCALES),
    "metadata": Metadata(),
    "mode": Choice(required=True, among=("payment",)),
    "payment_intent_data": INTENT_DATA,
    "payment_method_types": CARD_ONLY,
    "submit_type": Choice(among=("auto", "book", "donate", "pay")),
    "success_url": Matching(required=True, pattern=WEB_ADDRESS, code="url_invalid"),
}
REFUND: dict[str, Field] = {
    "amount": Integer(least=1),
    "charge": Text(),
    "metadata": Metadata(),
    "payment_intent": Text(),
    "reason": Choice(among=REASONS),
}


@dataclass(frozen=True, eq=False)
class Endpoint:
    parameters: Group
    execute: Execute


def create_session(store: Store, params: Document) -> Document:
    return sessions.create(store, params)


def expire_session(store: Store, _params: Document, session: str) -> Document:
    found = store.get("checkout.session", session, param="session")
    sessions.expire(store, found)
    return found


def capture_intent(store: Store, params: Document, intent: str) -> Document:
    found = store.get("payment_intent", intent, param="intent")
    intents.capture(store, found, params["amount_to_capture"])
    return found


def cancel_intent(store: Store, params: Document, intent: str) -> Document:
    found = store.get("payment_intent", intent, param="intent")
    if found["status"] not in ("requires_capture", "succeeded", "canceled"):
        message = "Expire the Checkout Session that this PaymentIntent belongs to instead."
        raise errors.Refusal(
            400, message, code="payment_intent_unexpected_state", payment_intent=found
        )
    intents.cancel(store, found, reason=params["cancellation_reason"])
    return found


def create_refund(store: Store, params: Document) -> Document:
    if (params["charge"] is None) == (params["payment_intent"] is None):
        raise errors.Refusal(
            400, "Give one of these params: charge, payment_intent.", code="parameter_missing"
        )
    return refunds.create(store, _refunded_charge(store, params), params)


def _refunded_charge(store: Store, params: Document) -> Document:
    if params["charge"]:
        return store.get("charge", params["charge"], param="charge")
    intent = store.get("payment_intent", params["payment_intent"], param="payment_intent")
    if intent["latest_charge"] is None:
        message = "This PaymentIntent has no charge to refund."
        raise errors.invalid_parameter("payment_intent", message)
    return store.get("charge", intent["latest_charge"])


def list_events(store: Store, params: Document) -> Document:
    kinds = params["types"] or [params["type"]]
    events = [
        event
        for event in store.all("event")
        if any(lists.matches_type(event, kind) for kind in kinds)
    ]
    return lists.page(events, params, url="/v1/events")


def list_endpoints(store: Store, params: Document) -> Document:
    url = store.webhook_url()
    known = [{**objects.webhook_endpoint(url), **store.endpoint_facts}] if url else []
    return lists.page(known, params, url="/v1/webhook_endpoints")


def read_account(store: Store, _params: Document) -> Document:
    return {**objects.ACCOUNT, **store.account_facts}


def close_dispute(store: Store, _params: Document, dispute: str) -> Document:
    """The shop gives in."""
    found = store.get("dispute", dispute, param="dispute")
    disputes.close(store, found, outcome="lost")
    return found


def _lister(kind: str, url: str) -> Execute:
    """Lists every object of a kind that has the values of the filters that are given."""

    def list_all(store: Store, params: Document) -> Document:
        wanted = {name: params[name] for name in FILTERS if params.get(name) is not None}
        found = [
            each
            for each in store.all(kind)
            if all(each[name] == value for name, value in wanted.items())
        ]
        return lists.page(found, params, url=url)

    return list_all


def _reader(kind: str) -> Execute:
    def read(store: Store, _params: Document, **path: str) -> Document:
        [(param, identifier)] = path.items()
        return store.get(kind, identifier, param=param)

    return read


def _rule(
    method: str, path: str, execute: Execute, parameters: dict[str, Field] | None = None
) -> Rule:
    fields = {"expand": ListOf(item=Text(), default=[]), **(parameters or {})}
    return Rule(path, methods=[method], endpoint=Endpoint(Group(fields=fields), execute))


def _list(kind: str, path: str, *filters: str) -> Rule:
    parameters = {**lists.PAGING, **{name: Text() for name in filters}}
    return _rule("GET", path, _lister(kind, path), parameters)


_INTENT = "/v1/payment_intents/<intent>"
_DISPUTE = "/v1/disputes/<dispute>"
_SESSION = "/v1/checkout/sessions/<session>"
_EVENT_FILTERS: dict[str, Field] = {"type": Text(), "types": ListOf(item=Text(), default=[])}
_CANCEL: dict[str, Field] = {"cancellation_reason": Choice(among=(*REASONS, "abandoned"))}

URLS = Map(
    [
        _rule("POST", "/v1/checkout/sessions", create_session, SESSION),
        _rule("GET", _SESSION, _reader("checkout.session")),
        _rule("POST", f"{_SESSION}/expire", expire_session),
        _list("payment_intent", "/v1/payment_intents"),
        _rule("GET", _INTENT, _reader("payment_intent")),
        _rule(
            "POST", f"{_INTENT}/capture", capture_intent, {"amount_to_capture": Integer(least=1)}
        ),
        _rule("POST", f"{_INTENT}/cancel", cancel_intent, _CANCEL),
        _list("charge", "/v1/charges", "payment_intent"),
        _rule("GET", "/v1/charges/<charge>", _reader("charge")),
        _rule("POST", "/v1/refunds", create_refund, REFUND),
        _list("refund", "/v1/refunds", "charge", "payment_intent"),
        _rule("GET", "/v1/refunds/<refund>", _reader("refund")),
        _list("dispute", "/v1/disputes", "charge", "payment_intent"),
        _rule("GET", _DISPUTE, _reader("dispute")),
        _rule("POST", f"{_DISPUTE}/close", close_dispute),
        _rule("GET", "/v1/account", read_account),
        _rule("GET", "/v1/webhook_endpoints", list_endpoints, dict(lists.PAGING)),
        _rule("GET", "/v1/events", list_events, {**lists.PAGING, **_EVENT_FILTERS}),
        _rule("GET", "/v1/events/<event_id>", _reader("event")),
    ]
)
