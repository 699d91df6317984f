"""Builds Stripe's objects with every attribute its document requires."""

import secrets
import string
from typing import Any

from shop.demo.stripe.cards import Card, Decline
from shop.demo.stripe.replies import Document

# The version that stripe-python 16.1.0 asks for.
API_VERSION = "2026-10-28.endive"
# The version that an endpoint is made with, when the shop's runbook is followed.
SHOPS_API_VERSION = "2026-05-27.dahlia"
HOLD_SECONDS = 7 * 24 * 3600
_ALPHABET = string.ascii_letters + string.digits
# What Stripe names in every object and this emulator never fills, or fills later.
_SESSION_WITHOUT = dict.fromkeys(
    (
        "after_expiration",
        "allow_promotion_codes",
        "billing_address_collection",
        "client_secret",
        "consent",
        "consent_collection",
        "customer",
        "invoice",
        "payment_intent",
        "payment_link",
        "recovered_from",
        "setup_intent",
        "shipping_address_collection",
        "shipping_cost",
        "subscription",
    )
)
_INTENT_WITHOUT = dict.fromkeys(
    (
        "application",
        "application_fee_amount",
        "automatic_payment_methods",
        "canceled_at",
        "cancellation_reason",
        "customer",
        "last_payment_error",
        "latest_charge",
        "next_action",
        "on_behalf_of",
        "payment_method",
        "processing",
        "receipt_email",
        "review",
        "setup_future_usage",
        "shipping",
        "statement_descriptor",
        "transfer_data",
        "transfer_group",
    )
)
_CHARGE_WITHOUT = dict.fromkeys(
    (
        "application",
        "application_fee",
        "application_fee_amount",
        "balance_transaction",
        "customer",
        "failure_balance_transaction",
        "on_behalf_of",
        "receipt_email",
        "receipt_number",
        "receipt_url",
        "review",
        "shipping",
        "source_transfer",
        "statement_descriptor",
        "transfer_data",
        "transfer_group",
    )
)


def identifier(prefix: str, length: int = 24) -> str:
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def session(params: Document, *, amount: int, created: int, origin: str) -> Document:
    session_id = identifier("cs_test_", 58)
    return {
        **_SESSION_WITHOUT,
        "id": session_id,
        "object": "checkout.session",
        "amount_subtotal": amount,
        "amount_total": amount,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params["cancel_url"],
        "client_reference_id": params["client_reference_id"],
        "created": created,
        "currency": params["line_items"][0]["price_data"]["currency"],
        "custom_fields": [],
        "custom_text": {"shipping_address": None, "submit": None},
        "customer_creation": "if_required",
        "customer_details": buyer(email=params["customer_email"], name=None),
        "customer_email": params["customer_email"],
        "expires_at": params["expires_at"],
        "livemode": False,
        "locale": params["locale"],
        "metadata": params["metadata"],
        "mode": params["mode"],
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": params["payment_method_types"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "submit_type": params["submit_type"],
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{origin}/c/pay/{session_id}",
    }


def line_item(params: Document) -> Document:
    price = params["price_data"]
    amount = price["unit_amount"] * params["quantity"]
    return {
        "id": identifier("li_"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": price["product_data"]["name"],
        "price": None,
        "quantity": params["quantity"],
    }


def intent(params: Document, *, session: Document, created: int) -> Document:
    intent_id = identifier("pi_")
    return {
        **_INTENT_WITHOUT,
        "id": intent_id,
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": params["capture_method"],
        "client_secret": identifier(f"{intent_id}_secret_"),
        "confirmation_method": "automatic",
        "created": created,
        "currency": session["currency"],
        "description": params["description"],
        "livemode": False,
        "metadata": params["metadata"],
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "statement_descriptor_suffix": params["statement_descriptor_suffix"],
        "status": "requires_payment_method",
    }


def payment_method(card: Card, *, created: int) -> Document:
    return {
        "id": identifier("pm_"),
        "object": "payment_method",
        "billing_details": _billing(card),
        "card": _card(card),
        "created": created,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }


def charge(intent: Document, card: Card, decline: Decline | None, *, created: int) -> Document:
    return {
        **_CHARGE_WITHOUT,
        "id": identifier("ch_"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": _billing(card),
        "calculated_statement_descriptor": "TEST",
        "captured": False,
        "created": created,
        "currency": intent["currency"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": _refused(decline) if decline else _AUTHORISED,
        "paid": decline is None,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": {
            "card": _charged_card(intent, card, created, is_held=decline is None),
            "type": "card",
        },
        "radar_options": {},
        "refunded": False,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if decline else "succeeded",
    }


def refund(
    charge: Document, *, amount: int, reason: str | None, metadata: dict[str, str], created: int
) -> Document:
    kind = "refund" if charge["captured"] else "reversal"
    number = "acquirer_reference_number" if charge["captured"] else "system_trace_audit_number"
    card = {"type": kind, "reference_status": "pending", "reference_type": number}
    return {
        "id": identifier("re_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "destination_details": {"card": card, "type": "card"},
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def dispute(
    charge: Document, *, amount: int, reason: str, is_inquiry: bool, created: int
) -> Document:
    kind = "inquiry" if is_inquiry else "chargeback"
    return {
        "id": identifier("du_"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": is_inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": kind, "network_reason_code": None},
            "type": "card",
        },
        "reason": reason,
        "status": "warning_needs_response" if is_inquiry else "needs_response",
    }


def event(event_type: str, snapshot: Document, *, created: int) -> Document:
    return {
        "id": identifier("evt_"),
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": snapshot},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event_type,
    }


def webhook_endpoint(url: str) -> Document:
    return {
        "id": "we_emulator",
        "object": "webhook_endpoint",
        "api_version": SHOPS_API_VERSION,
        "application": None,
        "created": 0,
        "description": None,
        "enabled_events": ["*"],
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }


ACCOUNT: Document = {
    "id": "acct_emulator",
    "object": "account",
    "capabilities": {"card_payments": "active"},
    "charges_enabled": True,
    "country": "US",
    "default_currency": "usd",
    "settings": {
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_payments": {
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": None, "timezone": None},
        "payments": {
            "statement_descriptor": "TEST PHARMACY",
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
        },
    },
}


def page(documents: list[Document], *, url: str, has_more: bool) -> Document:
    return {"object": "list", "data": documents, "has_more": has_more, "url": url}


def buyer(*, email: str | None, name: str | None) -> Document | None:
    if email is None and name is None:
        return None
    return {
        "address": None,
        "email": email,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


_AUTHORISED: Document = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "seller_message": "Payment complete.",
    "type": "authorized",
}
_NO_ADDRESS: dict[str, Any] = dict.fromkeys(
    ("city", "country", "line1", "line2", "postal_code", "state")
)


def _refused(decline: Decline) -> Document:
    asked = {
        "network_status": "declined_by_network",
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }
    blocked = {
        "network_status": "not_sent_to_network",
        "risk_level": "highest",
        "seller_message": "Stripe blocked this payment as too risky.",
        "type": "blocked",
    }
    return {
        **_AUTHORISED,
        **(blocked if decline.blocked else asked),
        "advice_code": decline.advice,
        "network_advice_code": decline.network_advice,
        "network_decline_code": decline.network_code,
        "reason": "highest_risk_level" if decline.blocked else decline.decline_code,
    }


def _billing(card: Card) -> Document:
    return {
        "address": dict(_NO_ADDRESS),
        "email": None,
        "name": card.holder,
        "phone": None,
        "tax_id": None,
    }


def _card(card: Card) -> Document:
    return {
        "brand": "visa",
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "exp_month": card.month,
        "exp_year": card.year,
        "fingerprint": f"fp{card.number[-4:]}",
        "funding": "credit",
        "last4": card.number[-4:],
        "wallet": None,
    }


def _charged_card(intent: Document, card: Card, created: int, *, is_held: bool) -> Document:
    details = {
        **_card(card),
        "amount_authorized": intent["amount"] if is_held else None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": "visa",
        "network_token": {"used": False},
        "overcapture": {
            "maximum_amount_capturable": intent["amount"],
            "status": "unavailable",
        },
        "three_d_secure": None,
    }
    if intent["capture_method"] == "manual" and is_held:
        details["capture_before"] = created + HOLD_SECONDS
    return details
