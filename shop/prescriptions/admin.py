"""The review desk: only registered pharmacists see it, and for anybody else it is not there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from catalogue.checker import Result, check
from catalogue.content.models import ContentVersion
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import superintendent_registration
from shop.prescriptions import services as prescriptions
from shop.prescriptions.desk_forms import Decision, ReviewForm, WithdrawForm
from shop.prescriptions.models import Page, Prescription
from shop.prescriptions.services import HeldByAnother, NotAllowed, TransitionRefused
from shop.prescriptions.statuses import STANDS, UNDER_REVIEW, Status
from shop.prescriptions.views import page_of, picture_response

QUEUE_PAGE_SIZE = 50
URGENT_DAYS = 3
# What the queue can show, by the word in its address.
VIEWS = {
    "waiting": (_("To review"), (Status.SUBMITTED, Status.IN_REVIEW)),
    "questions": (_("Waiting for the customer"), (Status.QUESTION,)),
    "decided": (
        _("Decided"),
        (Status.APPROVED, Status.USED_UP, Status.EXPIRED, Status.REFUSED, Status.WITHDRAWN),
    ),
}

View = Callable[..., HttpResponse]


def for_pharmacists(view: View) -> View:
    """Only a pharmacist whose registration is valid today; for others the page does not exist."""

    @never_cache
    @wraps(view)
    def checked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_pharmacist:
            raise Http404
        return view(request, *args, **kwargs)

    return checked


@for_pharmacists
def queue(request: SignedInRequest) -> HttpResponse:
    """The prescriptions that wait, longest first."""
    shown = request.GET.get("show", "waiting")
    if shown not in VIEWS:
        raise Http404
    rows = (
        Prescription.objects.filter(status__in=VIEWS[shown][1])
        .order_by("submitted_at" if shown == "waiting" else "-submitted_at", "pk")
        .with_unread_for_pharmacy()
        .prefetch_related("requested_packs__medicine")
    )
    context = {
        "page": Paginator(rows, QUEUE_PAGE_SIZE).get_page(request.GET.get("page")),
        "shown": shown,
        "shown_label": VIEWS[shown][0],
        "views": {name: label for name, (label, _statuses) in VIEWS.items()},
        "urgent_days": URGENT_DAYS,
        "may_sign_content": superintendent_registration(request.user) is not None,
    }
    return render(request, "desk/queue.html", context)


@for_pharmacists
def review(request: SignedInRequest, reference: str) -> HttpResponse:
    """One prescription: its pages, the patient's answers, the decision."""
    prescription = get_object_or_404(
        Prescription.objects.select_related("user", "decided_by"), reference=reference
    )
    form = ReviewForm(request.POST or None, prescription=prescription)
    if request.method == "POST" and form.is_valid():
        return _decide(request, prescription, form)
    return render(request, "desk/review.html", _review_context(prescription, form=form))


def _review_context(prescription: Prescription, **forms: Any) -> dict[str, Any]:
    return {
        "prescription": prescription,
        "pages": Page.objects.filter(document__prescription=prescription).select_related(
            "document"
        ),
        "wishes": prescription.requested_packs.select_related("medicine"),
        "authorisations": prescription.authorisations.select_related("medicine", "content_version"),
        "checks": checks_of(prescription),
        "events": prescription.events.select_related("by"),
        "answers": prescription.answers,
        "age": prescription.answers.age_on(timezone.localdate()),
        "urgent_days": URGENT_DAYS,
        "is_open": prescription.status in UNDER_REVIEW,
        "is_approved": prescription.status in STANDS,
        "withdraw_form": WithdrawForm(initial={"version": prescription.version}),
        **forms,
    }


def checks_of(prescription: Prescription) -> list[tuple[ContentVersion, Result]]:
    """What the patient takes against what was ordered, by the content as it is today."""
    versions = ContentVersion.objects.filter(
        pk__in=prescription.requested_packs.values("medicine__medicine__version")
    ).select_related("medicine")
    return [
        (version, check(version.content, prescription.answers.other_medicines))
        for version in versions
    ]


def _decide(request: SignedInRequest, prescription: Prescription, form: ReviewForm) -> HttpResponse:
    prescription.version = form.cleaned_data["version"]
    try:
        if prescription.status != Status.IN_REVIEW:
            prescriptions.claim(prescription, by=request.user)
        _DECIDE[form.cleaned_data["decision"]](prescription, request, form)
    except (TransitionRefused, NotAllowed) as refused:
        return _not_recorded(request, prescription, refused)
    messages.success(
        request, _("Recorded: %(status)s.") % {"status": prescription.get_status_display()}
    )
    return redirect("admin:prescription-queue")


def _not_recorded(
    request: SignedInRequest, prescription: Prescription, refused: Exception
) -> HttpResponse:
    if isinstance(refused, (TransitionRefused, HeldByAnother)):
        messages.error(request, refused.message)
    else:
        messages.error(request, _("You cannot decide on your own prescription."))
    return redirect("admin:prescription-review", reference=prescription.reference)


def _approve(prescription: Prescription, request: SignedInRequest, form: ReviewForm) -> None:
    prescriptions.approve(
        prescription,
        by=request.user,
        allowances=form.allowances(),
        legal=form.legal(),
        message=form.cleaned_data["message"],
    )


def _ask(prescription: Prescription, request: SignedInRequest, form: ReviewForm) -> None:
    prescriptions.ask(prescription, by=request.user, question=form.cleaned_data["message"])


def _refuse(prescription: Prescription, request: SignedInRequest, form: ReviewForm) -> None:
    prescriptions.refuse(
        prescription,
        by=request.user,
        reason=form.cleaned_data["refusal_reason"],
        message=form.cleaned_data["message"],
    )


_DECIDE = {Decision.APPROVE: _approve, Decision.ASK: _ask, Decision.REFUSE: _refuse}


@for_pharmacists
def withdraw(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take an approval back."""
    prescription = get_object_or_404(Prescription, reference=reference)
    form = WithdrawForm(request.POST or None)
    if not form.is_valid():
        context = _review_context(prescription, form=ReviewForm(prescription=prescription))
        return render(request, "desk/review.html", {**context, "withdraw_form": form})
    prescription.version = form.cleaned_data["version"]
    try:
        prescriptions.withdraw(prescription, by=request.user, message=form.cleaned_data["message"])
    except (TransitionRefused, NotAllowed) as refused:
        return _not_recorded(request, prescription, refused)
    messages.success(request, _("The approval is withdrawn."))
    return redirect("admin:prescription-review", reference=reference)


@never_cache
def page_picture(request: SignedInRequest, reference: str, page: uuid.UUID) -> HttpResponse:
    """The picture of a page; whoever may not see it is told that it is not there, and recorded."""
    found = page_of(get_object_or_404(Prescription, reference=reference), page)
    try:
        return picture_response(prescriptions.open_page_as_pharmacist(found, by=request.user))
    except NotAllowed:
        raise Http404 from None


@admin.register(Prescription)
class PrescriptionAdmin(admin.ModelAdmin):
    """Holds the desk's addresses; Django's own list and forms for the model are not there."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(queue), name="prescription-queue"),
            path("<str:reference>/", wrap(review), name="prescription-review"),
            path("<str:reference>/withdraw/", wrap(withdraw), name="prescription-withdraw"),
            path(
                "<str:reference>/pages/<uuid:page>/", wrap(page_picture), name="prescription-page"
            ),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
