"""The review page: taking a prescription, the sheet, the signatures, the decision."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalogue.checker import Result, check
from catalogue.combinations import known_of
from catalogue.content.models import ContentVersion
from catalogue.content.stopping import stopping_is_dangerous
from shop import days
from shop.accounts.desk_pages import View
from shop.accounts.forms import ProofForm
from shop.accounts.requests import SignedInRequest
from shop.audit import states
from shop.continuity.urgency import is_urgent
from shop.prescriptions import opening, supply_ledger
from shop.prescriptions import services as prescriptions
from shop.prescriptions.authorising import BelowSupplied
from shop.prescriptions.models import Prescription
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.papers import papers_of
from shop.prescriptions.pictures import page_of, picture_response
from shop.prescriptions.services import HeldByAnother, NotAllowed, OwnerChanged
from shop.prescriptions.statuses import STANDS, UNDER_REVIEW, AskReason, Status
from shop.review import added
from shop.review import services as reviews
from shop.review.both_checks import in_words
from shop.review.cases import medicines_to_check
from shop.review.desk.access import for_pharmacists
from shop.review.desk.answered import answered
from shop.review.desk.decided import grounds_of
from shop.review.desk.dose import doses_of
from shop.review.desk.orders import paid_orders
from shop.review.desk.second_look import open_looks
from shop.review.forms import proposed
from shop.review.forms.decision import Choice, VersionForm, WithdrawForm
from shop.review.forms.sheet import Sheet, kept_sheet
from shop.review.models import CheckKind
from shop.review.prescribers import completed, on_record
from shop.review.rules.case import Added
from shop.review.services import NotReady
from shop.review.settled import queries_of
from shop.standing.consequences import as_it_is, orders_on

REFUSALS = (TransitionRefused, NotAllowed)
WORDED = (TransitionRefused, HeldByAnother, OwnerChanged)
NOT_OWN = _("You cannot decide on your own prescription.")


def _prescription(reference: str) -> Prescription:
    rows = Prescription.objects.exclude(status=Status.DRAFT)
    return get_object_or_404(
        rows.select_related("user", "decided_by", "claimed_by"), reference=reference
    )


@for_pharmacists
def review(request: SignedInRequest, reference: str) -> HttpResponse:
    """One prescription: its pages, the patient's answers, and the sheet of whoever holds it."""
    prescription = _prescription(reference)
    if request.method != "POST":
        return _show(request, prescription, kept_sheet(prescription))
    form = VersionForm(request.POST)
    do = request.POST.get("do", "")
    action = _DO.get(do)
    if not form.is_valid() or action is None:
        messages.error(request, _("Load the page again, and repeat what you did."))
        return redirect("admin:prescription-review", reference=reference)
    prescription.version = form.cleaned_data["version"]
    sheet = Sheet(prescription, request.POST)
    typed = _typed(sheet, do)
    try:
        reviews.keep_sheet(prescription, by=request.user, typed=typed, work=sheet.work)
        return action(request, prescription, sheet)
    except NotReady as not_ready:
        sheet.show(not_ready.problems)
        return _show(request, prescription, sheet)
    except BelowSupplied as below:
        named = [paid.before_it_is_allowed_less for paid in paid_orders(prescription)]
        sheet.decision.add_error(None, " ".join([below.message, *named]))
        return _show(request, prescription, sheet)
    except REFUSALS as refused:
        return _refused(request, prescription, refused)


def _typed(sheet: Sheet, do: str) -> dict[str, Any]:
    """What to keep of the sheet: all of it, and what a button puts in."""
    if do == "fill":
        return proposed.taken_over(sheet)
    if do in {"autosave", "record"}:
        return proposed.kept(sheet)
    typed = proposed.followed(sheet)
    return completed(typed) if do == "save" else typed


def _refused(
    request: SignedInRequest, prescription: Prescription, refused: Exception
) -> HttpResponse:
    message = refused.message if isinstance(refused, WORDED) else NOT_OWN
    if request.POST.get("do") == "autosave":
        return HttpResponse(message, status=409, content_type="text/plain; charset=utf-8")
    messages.error(request, message)
    return redirect("admin:prescription-review", reference=prescription.reference)


def _again(prescription: Prescription, part: str) -> HttpResponse:
    response = redirect("admin:prescription-review", reference=prescription.reference)
    response["Location"] += f"#{part}"
    return response


def _save(request: SignedInRequest, prescription: Prescription, _sheet: Sheet) -> HttpResponse:
    messages.success(request, _("Saved. The alerts below are those of what you read."))
    return _again(prescription, "alerts")


# Where to go on after a signature.
_NEXT = {CheckKind.LEGAL: "clinical", CheckKind.CLINICAL: "decision"}


def _sign(kind: CheckKind) -> Any:
    def sign(request: SignedInRequest, prescription: Prescription, sheet: Sheet) -> HttpResponse:
        if not sheet.is_sound:
            raise NotReady(reviews.problems_with(kind, sheet.work))
        reviews.sign(prescription, by=request.user, kind=kind, work=sheet.work)
        messages.success(request, _("Signed: %(check)s.") % {"check": kind.label})
        return _again(prescription, _NEXT[kind])

    return sign


def _query(request: SignedInRequest, prescription: Prescription, sheet: Sheet) -> HttpResponse:
    if not (sheet.query.is_valid() and sheet.query.check()):
        return _show(request, prescription, sheet)
    reviews.record_query(prescription, by=request.user, asked=sheet.query.asked())
    messages.success(request, _("The query to the prescriber is recorded."))
    return _again(prescription, "queries")


def _add(request: SignedInRequest, prescription: Prescription, sheet: Sheet) -> HttpResponse:
    if not (sheet.added.is_valid() and sheet.added.check()):
        return _show(request, prescription, sheet)
    added.add(prescription, by=request.user, heard=sheet.added.heard())
    messages.success(request, _("Added. The alerts below are those with it."))
    return _again(prescription, "alerts")


def _strike(request: SignedInRequest, prescription: Prescription, sheet: Sheet) -> HttpResponse:
    if not sheet.strike.is_valid():
        return _show(request, prescription, sheet)
    added.strike(prescription, by=request.user, **sheet.strike.cleaned_data)
    messages.success(request, _("Struck out. The alerts below are those without it."))
    return _again(prescription, "alerts")


def _record(request: SignedInRequest, prescription: Prescription, sheet: Sheet) -> HttpResponse:
    proof = ProofForm(request, request.POST)
    if not all([proof.is_given(), sheet.decision.check()]):
        return _show(request, prescription, sheet, proof=proof)
    orders = list(orders_on(prescription))
    _DECIDE[sheet.decision.cleaned_data["decision"]](request, prescription, sheet)
    recorded = _("Recorded: %(status)s.") % {"status": prescription.get_status_display()}
    messages.success(request, " ".join([recorded, *as_it_is(orders)]))
    return redirect("admin:prescription-queue")


def _approve(request: SignedInRequest, prescription: Prescription, sheet: Sheet) -> None:
    sound = [form.check() for form in sheet.allowances]
    approval = sheet.approval()
    if not (all(sound) and sheet.is_sound):
        raise NotReady(reviews.approval_problems(sheet.work, approval))
    reviews.approve(prescription, by=request.user, work=sheet.work, approval=approval)


def _ask(request: SignedInRequest, prescription: Prescription, sheet: Sheet) -> None:
    reviews.ask(
        prescription,
        by=request.user,
        work=sheet.work,
        question=sheet.decision.cleaned_data["message"],
        reason=AskReason(sheet.decision.cleaned_data["ask_reason"]),
    )


def _refuse(request: SignedInRequest, prescription: Prescription, sheet: Sheet) -> None:
    reviews.refuse(
        prescription,
        by=request.user,
        work=sheet.work,
        reason=sheet.decision.cleaned_data["refusal_reason"],
        message=sheet.decision.cleaned_data["message"],
    )


_DECIDE = {Choice.APPROVE: _approve, Choice.ASK: _ask, Choice.REFUSE: _refuse}
# What is done once the sheet is kept.
_DO: dict[str, Callable[[SignedInRequest, Prescription, Sheet], HttpResponse]] = {
    "autosave": lambda *_: HttpResponse(status=204),
    "save": _save,
    "fill": lambda _request, prescription, _sheet: _again(prescription, "decision"),
    "sign-legal": _sign(CheckKind.LEGAL),
    "sign-clinical": _sign(CheckKind.CLINICAL),
    "query": _query,
    "add-medicine": _add,
    "strike-medicine": _strike,
    "record": _record,
}


def _holding(act: Callable[..., None]) -> View:
    @for_pharmacists
    @require_POST
    def hold(request: SignedInRequest, reference: str) -> HttpResponse:
        prescription = _prescription(reference)
        form = VersionForm(request.POST)
        if form.is_valid():
            prescription.version = form.cleaned_data["version"]
            try:
                act(prescription, by=request.user)
            except REFUSALS as refused:
                return _refused(request, prescription, refused)
        if prescription.status == Status.IN_REVIEW:
            return redirect("admin:prescription-review", reference=reference)
        return redirect("admin:prescription-queue")

    return hold


# Take a prescription for review, keep it longer, or take it over from a claim that ran out.
claim = _holding(prescriptions.claim)
# Put a prescription back into the queue; what was typed is kept.
release = _holding(prescriptions.release)


@for_pharmacists
def withdraw(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take an approval back."""
    prescription = _prescription(reference)
    form = WithdrawForm(request.POST or None)
    proof = ProofForm(request, request.POST or None)
    if not all([form.is_valid(), proof.is_given()]):
        sheet = kept_sheet(prescription)
        return _show(request, prescription, sheet, withdraw_form=form, proof=proof)
    prescription.version = form.cleaned_data["version"]
    orders = list(orders_on(prescription))
    try:
        prescriptions.withdraw(prescription, by=request.user, message=form.cleaned_data["message"])
    except REFUSALS as refused:
        return _refused(request, prescription, refused)
    withdrawn = str(_("The approval is withdrawn."))
    messages.success(request, " ".join([withdrawn, *as_it_is(orders)]))
    return redirect("admin:prescription-review", reference=reference)


@require_POST
@for_pharmacists
def recheck(request: SignedInRequest, reference: str) -> HttpResponse:
    """Send an approval back to the queue that the log does not know as it stands."""
    prescription = _prescription(reference)
    form = VersionForm(request.POST)
    if not (form.is_valid() and _is_unknown(prescription)):
        messages.error(request, _("Load the page again, and repeat what you did."))
        return redirect("admin:prescription-review", reference=reference)
    prescription.version = form.cleaned_data["version"]
    reason = gettext("The audit log does not know the approval as it stands.")
    try:
        prescriptions.reopen(prescription, by=request.user, reason=reason)
    except REFUSALS as refused:
        return _refused(request, prescription, refused)
    messages.success(request, _("It is back in the queue. Take it, and read the paper again."))
    return redirect("admin:prescription-review", reference=reference)


@for_pharmacists
@require_POST
def let_next_go(request: SignedInRequest, reference: str) -> HttpResponse:
    """Let the next supply be ordered, of which nothing tells when it is due."""
    prescription = _prescription(reference)
    form = VersionForm(request.POST)
    if form.is_valid():
        prescription.version = form.cleaned_data["version"]
        try:
            supply_ledger.let_next_go(prescription, by=request.user)
        except REFUSALS as refused:
            return _refused(request, prescription, refused)
        messages.success(request, _("The next supply can be ordered."))
    return redirect("admin:prescription-review", reference=reference)


@never_cache
def page_picture(request: SignedInRequest, reference: str, page: uuid.UUID) -> HttpResponse:
    """The picture of a page; whoever may not see it is told that it is not there, and recorded."""
    found = page_of(_prescription(reference), page)
    try:
        return picture_response(opening.open_page_as_pharmacist(found, by=request.user))
    except NotAllowed:
        raise Http404 from None


def _is_unknown(prescription: Prescription) -> bool:
    """Whether nothing is sold on an approval of it, because the log does not know it."""
    if prescription.status not in STANDS:
        return False
    is_known = states.is_known(prescription)
    return not is_known or bool(states.unknown(prescription.authorisations.all()))


def _show(
    request: SignedInRequest, prescription: Prescription, sheet: Sheet, **forms: Any
) -> HttpResponse:
    now = timezone.now()
    is_held = prescription.status == Status.IN_REVIEW
    signatures = reviews.signatures_on(prescription, sheet.work)
    context = {
        "prescription": prescription,
        "sheet": sheet,
        "signatures": signatures,
        "between_checks": in_words(signatures.values()),
        "papers": papers_of(prescription),
        "authorisations": prescription.authorisations.select_related("medicine", "content_version"),
        "decisions": prescription.decisions.select_related("decided_by").defer("frozen"),
        "queries": queries_of(
            prescription, sheet.changes, listed={each.key for each in sheet.work.alerts}
        ),
        "grounds": None if prescription.status in UNDER_REVIEW else grounds_of(prescription),
        "events": prescription.events.select_related("by"),
        "checks": checks_of(prescription, sheet.case.added_medicines),
        "answers": prescription.answers,
        "age": sheet.case.age,
        "doses": doses_of(sheet.case),
        "relation": prescription.patient.get_relation_display() if prescription.patient else "",
        **answered(sheet.case),
        **_days_left(prescription, sheet),
        "is_open": prescription.status in UNDER_REVIEW,
        "is_mine": is_held and prescription.claimed_by_id == request.user.pk,
        "is_own": prescription.user_id == request.user.pk,
        "has_run_out": is_held and (prescription.claim_until or now) <= now,
        "is_approved": prescription.status in STANDS,
        "is_unknown": _is_unknown(prescription),
        "is_of_another": prescriptions.is_of_another(prescription),
        "next_waits": prescription.status == Status.APPROVED
        and any(
            each.waits_for_pharmacist for each in prescription.authorisations.with_units_left()
        ),
        "paid_orders": paid_orders(prescription),
        "prescribers": on_record() if prescription.claimed_by_id == request.user.pk else [],
        "proposed": proposed.keys(sheet),
        "differing": proposed.differing(sheet),
        "open_looks": open_looks(prescription, by=request.user),
        "withdraw_form": WithdrawForm(initial={"version": prescription.version}),
        "proof": ProofForm(request),
        **forms,
    }
    return render(request, "desk/review.html", context)


def _days_left(prescription: Prescription, sheet: Sheet) -> dict[str, Any]:
    """How many days are left today, and whether that is too few to wait for the next."""
    run_out = sheet.case.run_out
    if run_out is None or prescription.status not in UNDER_REVIEW:
        return {"is_urgent": False}
    days = run_out.days_left_on(sheet.case.today)
    ordered = {each.medicine_id for each in sheet.case.ordered}
    return {
        "days_left": days,
        "is_urgent": is_urgent(run_out, on=sheet.case.today, arrival=sheet.case.earliest_arrival),
        "stopping": stopping_is_dangerous(ordered),
    }


def checks_of(
    prescription: Prescription, others: Iterable[Added]
) -> list[tuple[ContentVersion, Result]]:
    """What the patient takes and what was added against what was ordered, by today's content."""
    versions = ContentVersion.objects.filter(
        pk__in=prescription.requested_packs.values("medicine__medicine__shown")
    ).select_related("medicine")
    answers = prescription.answers
    known = known_of(age=answers.age_on(days.at_pharmacy()), egfr=answers.egfr)
    return [
        (version, check(version.content, medicines_to_check(answers, others), known=known))
        for version in versions
    ]
