"""Everything the shop keeps about a customer, as one file for them (GDPR, articles 15 and 20)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from oscar.apps.order.models import Order

from shop.accounts.forms import PasswordForm
from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest
from shop.credentials import changes
from shop.patients.answers import Answers
from shop.patients.models import Patient
from shop.patients.wording import described
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.papers import papers_of

# Of a prescription; the person who decided signs with name and registration.
OF_A_PRESCRIPTION = (
    "reference",
    "status",
    "submitted_at",
    "question",
    "ask_reason",
    "answer",
    "decided_at",
    "decided_registration",
    "prescriber",
    "issued_on",
    "valid_until",
    "refusal_reason",
    "message",
)
OF_AN_AUTHORISATION = (
    "units_per_supply",
    "supplies",
    "directions",
    "units_supplied",
    "ended_at",
)
# What is in it is opened from the prescription's page.
OF_A_FILE = ("kind", "sent_at", "sent_for", "size", "sha256")
OF_A_DEVICE = ("agent", "created_at", "seen_at", "ended_at")
OF_AN_ADDRESS = ("line1", "line2", "line3", "line4", "state", "postcode", "country_id")


@login_required
@never_cache
def own_data(request: SignedInRequest) -> HttpResponse:
    """The customer's own data as JSON; files and pictures are opened from the prescription's page.

    All of somebody's health in one file takes more than an open session: the password, each time.
    """
    form = PasswordForm(request, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/own_data.html", {"form": form})
    response = JsonResponse(data_of(request.user), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    changes.record(changes.EXPORTED, request.user, by=changes.who(request), to=[request.user.email])
    return response


def data_of(user: User) -> dict[str, Any]:
    """What the shop keeps about this account and its patients, archived ones too."""
    sent = Prescription.objects.filter(user=user).prefetch_related("authorisations__medicine")
    orders = Order.objects.filter(user=user).prefetch_related("lines__medicine")
    return {
        "account": _fields(user, ("email", "first_name", "last_name", "date_joined")),
        "addresses": [_fields(address, OF_AN_ADDRESS) for address in user.addresses.all()],
        "patients": [_patient(patient) for patient in Patient.objects.filter(user=user)],
        "prescriptions": [_prescription(prescription) for prescription in sent],
        "orders": [_order(order) for order in orders],
        "devices": [_fields(device, OF_A_DEVICE) for device in user.devices.all()],
    }


def _fields(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _patient(patient: Patient) -> dict[str, Any]:
    own = _fields(patient, ("relation", "is_archived", "created_at", "changed_at"))
    return {**own, "answers": _answers(patient.answers)}


def _prescription(prescription: Prescription) -> dict[str, Any]:
    return {
        **_fields(prescription, OF_A_PRESCRIPTION),
        "answers": _answers(prescription.answers),
        "answers_before": [
            {
                "changed_at": change.changed_at,
                "answers": _answers(Answers.from_json(change.before)),
            }
            for change in prescription.answers_changes.all()
        ],
        "medicines_added": [
            {
                "medicine": row.content["medicine"],
                "source": row.source,
                "added_at": row.added_at,
                "struck_out_at": row.struck.struck_at if hasattr(row, "struck") else None,
            }
            for row in prescription.added_medicines.select_related("struck")
        ],
        "files": [
            {
                **_fields(paper.document, OF_A_FILE),
                "pages": [number for number, _page in paper.pages],
            }
            for paper in papers_of(prescription)
        ],
        "not_sent_yet": prescription.typed,
        "authorised": [_authorised(each) for each in prescription.authorisations.all()],
    }


def _answers(answers: Answers) -> dict[str, dict[str, Any]]:
    """Each answer with what was asked, in words too, and when it was given."""
    return {
        each.name: {
            "asked": each.asked,
            "answer": each.value,
            "in_words": each.answer,
            "version": each.version,
            "given_on": each.on,
        }
        for each in described(answers, medicines=())
        if each.is_given
    }


def _authorised(authorisation: Authorisation) -> dict[str, Any]:
    """In units of the form, such as tablets."""
    form = authorisation.medicine.form
    what = {"strength": authorisation.strength.words, "counted_in": form.kind.units}
    return {**what, **_fields(authorisation, OF_AN_AUTHORISATION)}


def _order(order: Any) -> dict[str, Any]:
    lines = [
        _fields(line, ("title", "pack", "quantity", "line_price_incl_tax"))
        for line in order.lines.all()
    ]
    own = _fields(order, ("number", "status", "date_placed", "currency", "total_incl_tax"))
    return {**own, "lines": lines}
