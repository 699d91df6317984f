"""The queue: who waits longest, how urgently, why it stands out, who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalogue.amounts import DoseForm
from catalogue.models import Product
from shop import days
from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest
from shop.continuity.run_out import said_run_out
from shop.continuity.urgency import FEW_DAYS, with_urgency
from shop.prescriptions.finding import matching
from shop.prescriptions.models import Prescription, RequestedPack
from shop.prescriptions.statuses import UNDER_REVIEW, Status
from shop.review.desk import searching
from shop.review.desk.access import for_pharmacists
from shop.review.models import Flag, FlagKind
from shop.tasks.kinds import Role
from shop.tasks.models import Task

QUEUE_PAGE_SIZE = 50
MOST_TASKS = 10
# What the queue can show, by the word in its address.
VIEWS = {
    "waiting": (_("To review"), (Status.SUBMITTED, Status.IN_REVIEW)),
    "questions": (_("Waiting for the customer"), (Status.QUESTION,)),
    "decided": (
        _("Decided"),
        (Status.APPROVED, Status.USED_UP, Status.EXPIRED, Status.REFUSED, Status.WITHDRAWN),
    ),
}

# In which order what waits is shown.
SORTS = {
    "urgent": (_("Urgent first"), ("-is_urgent", "submitted_at", "pk")),
    "waiting": (_("Longest wait first"), ("submitted_at", "pk")),
    "left": (_("Fewest days left first"), (F("days_left").asc(nulls_last=True), "submitted_at")),
}


def strengths() -> list[tuple[str, Any]]:
    """The strengths that the shop sells."""
    packs = Product.objects.filter(strength__isnull=False, parent__dose_form__gt="")
    known = {
        strength: DoseForm(form).named(strength)
        for strength, form in packs.values_list("strength", "parent__dose_form")
        .order_by()
        .distinct()
    }
    by_rank = sorted(known.items(), key=lambda pair: pair[0].rank)
    return [("", _("Any")), *by_rank]


class FilterForm(forms.Form):
    """Narrows the queue; every field may stay open."""

    asks_by_decision = True

    flag = forms.ChoiceField(
        label=_("Flag"), required=False, choices=[("", _("Any")), *FlagKind.choices]
    )
    strength = forms.ChoiceField(label=_("Strength"), required=False)
    urgent = forms.BooleanField(
        label=_("%(days)s days left or fewer, or none before the delivery") % {"days": FEW_DAYS},
        required=False,
    )
    mine = forms.BooleanField(label=_("Held by me"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["strength"]
        # Asked for once: a field that is given the function asks again whenever it is read.
        field.choices = strengths()

    def narrow(self, rows: Any, *, user: User) -> Any:
        """The rows that are asked for; what cannot be read narrows nothing."""
        asked = self.cleaned_data if self.is_valid() else {}
        if asked.get("flag"):
            rows = rows.filter(
                pk__in=Flag.objects.filter(kind=asked["flag"]).values("prescription")
            )
        if asked.get("strength"):
            packs = RequestedPack.objects.filter(strength=asked["strength"])
            rows = rows.filter(pk__in=packs.values("prescription"))
        if asked.get("urgent"):
            rows = with_urgency(rows).filter(is_urgent=True)
        if asked.get("mine"):
            rows = rows.filter(claimed_by=user)
        return rows


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    prescription: Prescription
    age: int | None
    days_left: int | None
    is_urgent: bool
    holder: str

    def is_free_for(self, user: User) -> bool:
        """Whether this pharmacist may take it now."""
        prescription = self.prescription
        until = prescription.claim_until
        is_held = prescription.status == Status.IN_REVIEW and until and until > timezone.now()
        waits = prescription.status in VIEWS["waiting"][1]
        return waits and not is_held and prescription.user_id != user.pk

    @property
    def flags(self) -> list[str]:
        kinds = {flag.kind for flag in self.prescription.flags.all()}
        labels = [str(kind.label) for kind in FlagKind if kind in kinds]
        return [*labels, *self._pictures()]

    def _pictures(self) -> list[str]:
        """How many came with the answer to the last question."""
        count = self.prescription.new_pictures
        words = ngettext("%(count)d new picture", "%(count)d new pictures", count)
        return [words % {"count": count}] if count else []


def rows_of(keys: list[int], *, user: User) -> list[Row]:
    """The lines for these prescriptions, in this order; the same queries for one or fifty."""
    found = (
        with_urgency(Prescription.objects.filter(pk__in=keys).with_unread_for_pharmacy())
        .select_related("claimed_by")
        .prefetch_related("requested_packs__medicine", "flags")
        .defer("typed", "question", "answer", "message")
        .in_bulk()
    )
    return [_row(found[key], user=user) for key in keys if key in found]


def _row(prescription: Any, *, user: User) -> Row:
    today = days.at_pharmacy()
    run_out = said_run_out(prescription)
    return Row(
        prescription=prescription,
        age=prescription.answers.age_on(today),
        days_left=run_out.days_left_on(today) if run_out else None,
        is_urgent=prescription.is_urgent,
        holder=_holder(prescription, user=user),
    )


def _holder(prescription: Prescription, *, user: User) -> str:
    until, holder = prescription.claim_until, prescription.claimed_by
    if holder is None or until is None:
        return ""
    if until <= timezone.now():
        words = _("Time ran out (%(name)s)")
    elif holder == user:
        words = _("With you until %(until)s UTC")
    else:
        words = _("With %(name)s until %(until)s UTC")
    return str(words) % {"name": holder.name, "until": f"{until:%H:%M}"}


def _counts(user: User) -> dict[str, int]:
    """How many wait, how many of them urgently, with this pharmacist, and for the customer; one query."""
    to_review = Q(status__in=VIEWS["waiting"][1])
    open_rows = with_urgency(Prescription.objects.filter(status__in=UNDER_REVIEW))
    return dict(
        open_rows.aggregate(
            waiting=Count("pk", filter=to_review),
            urgent=Count("pk", filter=to_review & Q(is_urgent=True)),
            mine=Count("pk", filter=Q(status=Status.IN_REVIEW, claimed_by=user)),
            questions=Count("pk", filter=Q(status=Status.QUESTION)),
        )
    )


def _sorted(rows: Any, shown: str, by: str) -> Any:
    """In the order that is asked for; of what waits the urgent first, then the longest wait."""
    if shown != "waiting":
        return rows.order_by("-submitted_at", "pk")
    order = SORTS[by][1] if by in SORTS else SORTS["urgent"][1]
    return with_urgency(rows).order_by(*order)


@for_pharmacists
def queue(request: SignedInRequest) -> HttpResponse:
    """The prescriptions that wait, the urgent first; or what a search finds, whatever became of it."""
    if request.method == "POST":
        return _search(request)
    if request.GET.get("found"):
        return _found(request)
    shown = request.GET.get("show", "waiting")
    if shown not in VIEWS:
        raise Http404
    filters = FilterForm(request.GET)
    rows = Prescription.objects.filter(status__in=VIEWS[shown][1])
    rows = filters.narrow(rows, user=request.user)
    sort = request.GET.get("sort", "urgent")
    page, lines = _page(request, _sorted(rows, shown, sort))
    context = {
        "next": next((row for row in lines if row.is_free_for(request.user)), None),
        "filters": filters,
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "sort": sort,
        "sorts": {name: label for name, (label, _order) in SORTS.items()},
        "tasks": Task.objects.still_open().of([Role.PHARMACIST])[:MOST_TASKS],
        "shown_label": VIEWS[shown][0],
    }
    return _show(request, page, lines, shown, **context)


def _search(request: SignedInRequest) -> HttpResponse:
    """Lead to what is found, by an address that does not say what was searched for."""
    form = searching.SearchForm(request.POST)
    address = reverse("admin:prescription-queue")
    if not form.is_valid():
        return redirect(address)
    found = searching.sealed(form.cleaned_data["find"], by=request.user)
    return redirect(f"{address}?{urlencode({'found': found})}")


def _found(request: SignedInRequest) -> HttpResponse:
    text = searching.unsealed(request.GET["found"], by=request.user)
    rows = Prescription.objects.exclude(status=Status.DRAFT).filter(matching(text))
    page, lines = _page(request, rows.order_by("-submitted_at", "pk"))
    searching.record([row.prescription for row in lines], by=request.user)
    search = searching.SearchForm(initial={"find": text})
    return _show(request, page, lines, "found", search=search, shown_label=_("Found"))


def _page(request: SignedInRequest, rows: Any) -> tuple[Any, list[Row]]:
    """A page of the prescriptions, and its lines."""
    # Keys first: sorting many thousand rows does not drag their sealed contents along.
    keys = rows.values_list("pk", flat=True)
    page = Paginator(keys, QUEUE_PAGE_SIZE).get_page(request.GET.get("page"))
    return page, rows_of(list(page.object_list), user=request.user)


def _show(
    request: SignedInRequest, page: Any, lines: list[Row], shown: str, **context: Any
) -> HttpResponse:
    counts = _counts(request.user)
    context = {
        "search": searching.SearchForm(),
        "page": page,
        "rows": lines,
        "shown": shown,
        "counts": counts,
        "views": [(name, label, counts.get(name)) for name, (label, _all) in VIEWS.items()],
        **context,
    }
    return render(request, "desk/queue.html", context)
