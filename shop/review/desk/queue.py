"""The queue: who waits longest, how urgently, why it stands out, who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
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
from shop.prescriptions.models import Prescription, RequestedPack
from shop.prescriptions.statuses import Status
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


@for_pharmacists
def queue(request: SignedInRequest) -> HttpResponse:
    """The prescriptions that wait, longest first."""
    shown = request.GET.get("show", "waiting")
    if shown not in VIEWS:
        raise Http404
    filters = FilterForm(request.GET)
    rows = Prescription.objects.filter(status__in=VIEWS[shown][1])
    rows = filters.narrow(rows, user=request.user)
    order = "submitted_at" if shown == "waiting" else "-submitted_at"
    # Keys first: sorting many thousand rows does not drag their sealed contents along.
    keys = rows.order_by(order, "pk").values_list("pk", flat=True)
    page = Paginator(keys, QUEUE_PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows_of(list(page.object_list), user=request.user),
        "filters": filters,
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "shown": shown,
        "tasks": Task.objects.still_open().of([Role.PHARMACIST])[:MOST_TASKS],
        "shown_label": VIEWS[shown][0],
        "views": {name: label for name, (label, _statuses) in VIEWS.items()},
    }
    return render(request, "desk/queue.html", context)
