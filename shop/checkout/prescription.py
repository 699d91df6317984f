"""The step where the checkout stops until there is a prescription that covers the basket."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from catalogue.amounts import doses_of
from catalogue.content.models import Medicine
from shop.accounts.requests import SignedInRequest
from shop.checkout.choosing_patient import choose, chosen_patient, is_of_nobody
from shop.continuity.supply_gap import earliest_arrival
from shop.patients.models import NEW, Patient
from shop.patients.services import ChangedMeanwhile
from shop.placing import gate, telling
from shop.placing.gate import Need
from shop.placing.refusals import Reason, Refused
from shop.prescription_pages.answering import too_large
from shop.prescription_pages.drafts import keep_typed
from shop.prescription_pages.forms import PrescriptionForm
from shop.prescription_pages.views import with_small_pictures
from shop.prescriptions import sending
from shop.prescriptions.files.intake import MAX_FILE_BYTES, MAX_FILES
from shop.prescriptions.files.quota import within_quota
from shop.prescriptions.files.uploads import memory_only_uploads
from shop.prescriptions.models import Prescription
from shop.prescriptions.sending import AlreadySent, Wish
from shop.prescriptions.statuses import UNDER_REVIEW


@with_small_pictures
@partial(memory_only_uploads, answer=too_large)
@login_required
@never_cache
def prescription_step(request: SignedInRequest, /) -> HttpResponse:
    """Go on when the basket is covered; show what is being checked; or ask for a prescription.

    Who is named in the address or the form, is asked about, whoever else the basket is covered for.
    """
    if request.basket.is_empty:
        return redirect("basket:summary")
    named = request.POST.get("patient") or request.GET.get("patient", "")
    if not named and is_of_nobody(request):
        return redirect("checkout:patient")
    key = named or chosen_patient(request)
    try:
        covering = gate.check(request.user, request.basket.all_lines(), chosen=key)
    except Refused as refusal:
        telling.tell(refusal)
        if refusal.reason == Reason.WHICH_PATIENT:
            return redirect("checkout:patient")
        if refusal.reason == Reason.NOT_ON_SALE:
            # No prescription helps; the cart says why.
            return redirect("basket:summary")
        return _ask_for_prescription(request, key, refusal)
    if covering and named:
        choose(request, named)
    return redirect("checkout:shipping-address")


def _ask_for_prescription(request: SignedInRequest, key: str, refusal: Refused) -> HttpResponse:
    needs = gate.needs_of(request.basket.all_lines())
    waiting = _waiting_for(request, needs, key)
    if waiting is not None:
        return redirect("prescriptions:detail", reference=waiting.reference)
    patient = _patient(request, key)
    doses = doses_of(need.form for need in needs)
    context = {
        "needs": needs,
        "refusal": "" if refusal.reason == Reason.NO_PRESCRIPTION else refusal.message,
        "max_files": MAX_FILES,
        "max_file_bytes": MAX_FILE_BYTES,
        "arrival": earliest_arrival(with_review=True),
        "doses": doses,
    }
    draft = sending.begin_draft(by=request.user)
    form = _form(request, patient, draft, needs)
    if request.method == "POST":
        try:
            if form.is_valid():
                sent = _submit(request, form, needs)
                return redirect("prescriptions:detail", reference=sent.reference)
            keep_typed(request)
        except AlreadySent as already:
            return redirect("prescriptions:detail", reference=already.prescription.reference)
        except ChangedMeanwhile as changed:
            form.show_version(changed.patient)
    return render(request, "checkout/prescription.html", {**context, "form": form, "draft": draft})


def _patient(request: SignedInRequest, key: str) -> Patient:
    """Whom to ask about: who is named, or the only one there is. Raises Http404."""
    own = {patient.key: patient for patient in Patient.objects.of(request.user)}
    if key in own:
        return own[key]
    if key not in {"", NEW, *gate.keys_of_people(request.user)}:
        raise Http404
    draft = Prescription.objects.draft_of(request.user)
    began = draft.typed_so_far.get("patient", "") if draft else ""
    if key or not own or began == NEW:
        return Patient(user=request.user)
    return next(iter(own.values()))


def _form(
    request: SignedInRequest, patient: Patient, draft: Prescription, needs: tuple[Need, ...]
) -> PrescriptionForm:
    """The form, with what was typed into it for this patient before."""
    typed = draft.typed_so_far
    if typed.get("patient") != patient.key:
        typed = {}
    initial = {**typed, "draft": draft.reference}
    files = within_quota(request.FILES, by=request.user)
    return PrescriptionForm(
        request.POST or None,
        files or None,
        patient=patient,
        medicines=_folders(needs),
        initial=initial,
        doses=doses_of(need.form for need in needs),
    )


def _folders(needs: tuple[Need, ...]) -> list[str]:
    """The folders of the medicines, which ask questions of their own."""
    wanted = Medicine.objects.filter(product__in={need.medicine_id for need in needs})
    return list(wanted.values_list("slug", flat=True))


def _submit(
    request: SignedInRequest, form: PrescriptionForm, needs: tuple[Need, ...]
) -> Prescription:
    return sending.submit(
        by=request.user,
        patient=form.seen_patient(),
        answers=form.answers(),
        wishes=[Wish(need.medicine_id, need.strength, need.units) for need in needs],
        uploads=form.cleaned_data["documents"],
        reference=form.cleaned_data["draft"],
    )


def _waiting_for(
    request: SignedInRequest, needs: tuple[Need, ...], key: str
) -> Prescription | None:
    """A prescription under review that was sent in for just this basket, and for this patient."""
    wanted = {(need.medicine_id, need.strength, need.units) for need in needs}
    under_review = Prescription.objects.of(request.user).filter(status__in=UNDER_REVIEW)
    under_review = under_review.exclude(patient__is_archived=True)
    for prescription in under_review.select_related("patient").prefetch_related("requested_packs"):
        packs = prescription.requested_packs.all()
        is_asked_for = key in {"", prescription.patient_key}
        if is_asked_for and wanted == {
            (pack.medicine_id, pack.strength, pack.units) for pack in packs
        }:
            return prescription
    return None
