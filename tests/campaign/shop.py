"""What a shop process may be asked to do; every function first makes ready, then is watched."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.order.processing import EventHandler
from shop.patients import services as patients
from shop.patients.models import Patient
from shop.payments.life_cycles import RefundReason
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import AlreadyAsked, TooMuch, Wanted
from shop.prescriptions import services
from shop.prescriptions.authorising import BelowSupplied
from shop.prescriptions.models import Prescription
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.statuses import STANDS
from shop.settling import refunding
from shop.settling.refunding import TooManyPacks
from shop.standing import answering
from shop.standing.events import Fate
from shop.standing.question import obstacles_of
from tests.authenticator import sign_in
from tests.conftest import approve
from tests.dispensed import made_ready

# Called when everything is ready: from here on each commit may be the process's last.
Watched = Callable[[], Any]
HIDDEN = re.compile(r'<input type="hidden" name="(?!csrf)(\w+)" value="([^"]*)"')
ADDRESS = {
    "first_name": "Anna",
    "last_name": "Example",
    "line4": "Sydney",
    "state": "NSW",
    "postcode": "2000",
}


def _signed_in(user_id: int, **session: Any) -> Client:
    client = Client()
    sign_in(client, User.objects.get(pk=user_id))
    kept = client.session
    kept.update(session)
    kept.save()
    return client


def press_pay(
    watched: Watched, *, user_id: int, old_form: dict[str, str], patient: str, house: int
) -> tuple[str, dict[str, str]]:
    """Where the button on the preview leads, to the card page or elsewhere; and what was posted.

    Before, the customer says whom the order is for, where there is a choice, and the house that it
    goes to. Where the preview does not open any more, the form of an older tab is posted.
    """
    address = {**ADDRESS, "line1": f"{house} Sample Street", "country_id": "AU"}
    shipping = {"new_address_fields": address, "method_code": "standard"}
    client = _signed_in(user_id, checkout_data={"shipping": shipping})
    client.post(reverse("checkout:patient"), {"patient": patient})
    address = reverse("checkout:preview")
    page = client.get(address)
    shown = dict(HIDDEN.findall(page.content.decode())) if page.status_code == HTTPStatus.OK else {}
    form = shown or old_form
    watched()
    return str(client.post(address, form).headers.get("Location", "")), form


def come_back(watched: Watched, *, user_id: int, reference: str) -> str:
    """Where the return page leads, or empty when it says that nothing was paid."""
    client = _signed_in(user_id)
    watched()
    answer = client.get(reverse("checkout:return", args=[reference]))
    return str(answer.headers.get("Location", ""))


def hear(watched: Watched, *, body: bytes) -> int:
    """The status with which the shop answers a webhook."""
    stamp = int(time.time())
    signed = f"{stamp}.".encode() + body
    secret = settings.STRIPE_WEBHOOK_SECRETS[0].encode()
    signature = hmac.new(secret, signed, hashlib.sha256).hexdigest()
    watched()
    answer = Client().post(
        reverse("stripe-webhook"),
        body,
        content_type="application/json",
        headers={"stripe-signature": f"t={stamp},v1={signature}"},
    )
    return answer.status_code


def command(watched: Watched, *, name: str) -> int:
    """The exit status of a command that cron runs."""
    watched()
    try:
        call_command(name)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def withdraw(watched: Watched, *, prescription_id: int, pharmacist_id: int) -> str:
    """A pharmacist withdraws an approval; empty when there was none any more."""
    prescription = Prescription.objects.get(pk=prescription_id)
    pharmacist = User.objects.get(pk=pharmacist_id)
    watched()
    try:
        services.withdraw(prescription, by=pharmacist, message="Call us")
    except TransitionRefused:
        return ""
    return "withdrawn"


def check_again(
    watched: Watched,
    *,
    prescription_id: int,
    pharmacist_id: int,
    medicine_id: int,
    strength: int,
    units: int,
    supplies: int,
) -> str:
    """A pharmacist checks an approval again and allows something else; empty where it may not be."""
    prescription = Prescription.objects.get(pk=prescription_id)
    pharmacist = User.objects.get(pk=pharmacist_id)
    medicine = Product.objects.get(pk=medicine_id)
    watched()
    try:
        if prescription.status in STANDS:
            services.reopen(prescription, by=pharmacist, reason="Looked at again")
        approve(
            prescription,
            medicine,
            by=pharmacist,
            strength=strength,
            units=units,
            supplies=supplies,
        )
    except (TransitionRefused, BelowSupplied):
        return ""
    return "approved"


def answer_for(watched: Watched, *, order_id: int, pharmacist_id: int, may_leave: bool) -> str:
    """A pharmacist answers for an order that stops; empty when nobody asks."""
    order = Order.objects.get(pk=order_id)
    pharmacist = User.objects.get(pk=pharmacist_id)
    keys = tuple(each.key for each in obstacles_of(order) if each.fate == Fate.ASKS)
    watched()
    try:
        if may_leave:
            answering.may_leave(order, by=pharmacist, why="Called the prescriber", keys=keys)
        else:
            answering.must_not_leave(order, by=pharmacist, why="Called the prescriber")
    except answering.NothingAsked:
        return ""
    return "answered"


def change_answers(watched: Watched, *, patient_id: int, medicines: str) -> str:
    """The customer says what else a patient takes; empty for one who was removed."""
    patient = Patient.objects.get(pk=patient_id)
    answers = patient.answers.but(other_medicines=medicines)
    watched()
    try:
        patients.keep(patient, answers=answers)
    except patients.ChangedMeanwhile:
        return ""
    return "changed"


def remove_patient(watched: Watched, *, patient_id: int) -> str:
    """The customer takes a patient off the list; empty when that was done before."""
    patient = Patient.objects.get(pk=patient_id)
    watched()
    try:
        patients.archive(patient)
    except patients.ChangedMeanwhile:
        return ""
    return "removed"


def cancel(watched: Watched, *, order_id: int, staff_id: int) -> str:
    """Staff cancel an order; empty when it may not be cancelled any more."""
    order = Order.objects.get(pk=order_id)
    staff = User.objects.get(pk=staff_id)
    watched()
    try:
        refunding.cancel(order, by=staff, note="The customer asked for it")
    except InvalidOrderStatus:
        return ""
    return "cancelled"


def cancel_own(watched: Watched, *, user_id: int, order_number: str) -> str:
    """Where the button with which a customer takes an order back leads."""
    client = _signed_in(user_id)
    watched()
    address = reverse("customer:order-cancel", args=[order_number])
    return str(client.post(address).headers.get("Location", ""))


def refund(
    watched: Watched,
    *,
    order_id: int,
    staff_id: int,
    amount_minor: int,
    reference: str,
    line_id: int | None = None,
) -> str:
    """Staff pay money back, for all packs of a line or for none; empty when it may not be."""
    attempt = PaymentAttempt.objects.get(order=order_id)
    staff = User.objects.get(pk=staff_id)
    packs = tuple((line, line.quantity) for line in attempt.order.lines.filter(pk=line_id))
    wanted = Wanted(amount_minor, RefundReason.DAMAGED, lines=packs, reference=uuid.UUID(reference))
    watched()
    try:
        return str(refunding.refund(attempt, wanted, by=staff).status)
    except (TooMuch, AlreadyAsked, TooManyPacks):
        return ""


def move_on(watched: Watched, *, order_id: int, staff_id: int) -> str:
    """Staff move an order to its next status; empty when it must stay."""
    order = Order.objects.get(pk=order_id)
    staff = User.objects.get(pk=staff_id)
    following = {"Paid": "Dispensing", "Dispensing": "Dispatched", "Dispatched": "Complete"}
    if order.status not in following:
        return ""
    watched()
    try:
        if order.status == "Dispensing":
            made_ready(order)
        EventHandler(user=staff).handle_order_status_change(order, following[order.status])
    except InvalidOrderStatus:
        return ""
    return str(order.status)
