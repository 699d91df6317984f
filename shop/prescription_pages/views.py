"""A customer's own prescriptions; anybody else's do not exist."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar, cast

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shop.accounts.requests import SignedInRequest
from shop.continuity.reordering import plans_of
from shop.continuity.supply_gap import gap_of
from shop.patients.models import NEW, Patient
from shop.prescription_pages.forms import AnswerForm
from shop.prescription_pages.progress import steps_of
from shop.prescriptions import opening
from shop.prescriptions import services as prescriptions
from shop.prescriptions.answering import number_of_question
from shop.prescriptions.files.intake import MAX_FILE_BYTES, MAX_FILES
from shop.prescriptions.history import subject_of
from shop.prescriptions.messages import thread
from shop.prescriptions.models import Prescription, Supply
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.papers import papers_of
from shop.prescriptions.pictures import page_of, picture_response
from shop.prescriptions.services import NotAllowed
from shop.prescriptions.statuses import UNDER_REVIEW, Status
from shop.standing.consequences import BEFORE_LEAVING, asked_about, orders_on
from shop.tasks.kinds import Kind
from shop.tasks.models import Task

V = TypeVar("V", bound=Callable[..., HttpResponse])


def with_small_pictures(view: V) -> V:
    """A page with small pictures of the chosen files, which the browser makes and nobody else sees."""
    allowed: Any = csp_update({"img-src": "blob:"})
    return cast("V", allowed(view))


def own_prescription(request: SignedInRequest, reference: str) -> Prescription:
    """The customer's own prescription, or 404."""
    return get_object_or_404(Prescription.objects.of(request.user), reference=reference)


@login_required
@never_cache
@require_GET
def prescription_list(request: SignedInRequest) -> HttpResponse:
    own = (
        Prescription.objects.of(request.user)
        .with_unread_for_owner()
        .prefetch_related("requested_packs__medicine")
    )
    draft = Prescription.objects.draft_of(request.user)
    typed = draft.typed_so_far if draft else {}
    context = {
        "prescriptions": own,
        "has_draft": bool(typed),
        "drafted_for": _still_known(request, typed.get("patient", "")),
    }
    return render(request, "prescriptions/list.html", context)


def _still_known(request: SignedInRequest, key: str) -> str:
    """The key of the patient whom a form was filled in for, unless they are off the list."""
    known = {NEW, *(patient.key for patient in Patient.objects.of(request.user))}
    return key if key in known else ""


@with_small_pictures
@login_required
@never_cache
@require_GET
def detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """Where the prescription stands; and, when there is a question, the place to answer it."""
    return show(request, own_prescription(request, reference))


def show(
    request: SignedInRequest,
    prescription: Prescription,
    form: AnswerForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    """The page of a prescription; with an answer that cannot be sent like this, and why."""
    thread.mark_read_by_owner(prescription, by=request.user)
    context = {
        "prescription": prescription,
        "form": form or answer_form(prescription),
        "refusal": refusal,
        "max_files": MAX_FILES,
        "max_file_bytes": MAX_FILE_BYTES,
        **_standing(prescription),
    }
    return render(request, "prescriptions/detail.html", context)


def answer_form(prescription: Prescription, *sent: Any, text: str = "") -> AnswerForm:
    """The form for the question that is open: empty, with what was sent, or with this text in it."""
    initial = {"asked": number_of_question(prescription), "answer": text}
    return AnswerForm(*sent, reason=prescription.ask_reason, initial=initial)


def _standing(prescription: Prescription) -> dict[str, Any]:
    """What the page tells about where the prescription stands, and what may be ordered on it."""
    plans, asked = plans_of(prescription), asked_about(prescription)
    supplies = Supply.objects.filter(authorisation__prescription=prescription)
    return {
        "statuses": Status,
        "review_hours": settings.REVIEW_WORKING_HOURS,
        "gap": gap_of(prescription),
        "is_called": Task.objects.about(Kind.BLOCKED_TAKER, subject_of(prescription))
        .still_open()
        .exists(),
        "is_usable": prescription.is_usable,
        "is_waiting": prescription.status in UNDER_REVIEW,
        "steps": steps_of(prescription),
        "packs": prescription.requested_packs.select_related("medicine"),
        "plans": plans,
        "asked_orders": asked,
        "can_reorder": not asked and any(plan.is_orderable for plan in plans),
        "unsent_orders": orders_on(prescription).filter(status__in=BEFORE_LEAVING),
        "supplies": supplies.select_related("order_line__order", "authorisation__medicine"),
        "papers": papers_of(prescription),
    }


def _do(
    request: SignedInRequest, prescription: Prescription, act: Callable[..., None]
) -> HttpResponse:
    try:
        act(prescription, by=request.user)
    except TransitionRefused as refused:
        messages.error(request, refused.message)
    return redirect("prescriptions:detail", reference=prescription.reference)


@login_required
@require_POST
def cancel(request: SignedInRequest, reference: str) -> HttpResponse:
    return _do(request, own_prescription(request, reference), prescriptions.cancel)


@login_required
@require_GET
def page(request: SignedInRequest, reference: str, page: uuid.UUID) -> HttpResponse:
    sent_in = Prescription.objects.exclude(status=Status.DRAFT)
    found = page_of(get_object_or_404(sent_in, reference=reference), page)
    try:
        return picture_response(opening.open_page_as_owner(found, by=request.user))
    except NotAllowed:
        raise Http404 from None
