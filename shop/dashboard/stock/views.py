"""The page of a medicine's batches, with what is done to them, and the recall of a batch."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalogue.models import Product
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest
from shop.audit import log
from shop.audit.models import Entry
from shop.dashboard.prices.views import medicines
from shop.dashboard.stock import people
from shop.dashboard.stock.forms import (
    CountForm,
    ReadForm,
    RecallForm,
    ReceiveForm,
    ScanForm,
    WriteOffForm,
)
from shop.stock import agreeing, codes, keeping, recalling, shelf, supplying
from shop.stock.keeping import Delivery, Refused, Why
from shop.stock.models import Batch, Gtin, Reason, Recall

BOOK = 20
Do = Callable[[SignedInRequest, Any], str]


def _packs(medicine: Product) -> QuerySet[Product]:
    return medicine.children.filter(strength__isnull=False).order_by("strength", "units")


def _batches(medicine: Product) -> QuerySet[Batch]:
    """All of a medicine that are on the shelf, the first to expire first."""
    rows = Batch.objects.filter(stockrecord__product__parent=medicine, on_shelf__gt=0)
    return rows.select_related("stockrecord__product__parent").order_by(
        F("expires").asc(nulls_first=True), "pk"
    )


@never_cache
def batches(request: SignedInRequest, pk: int) -> HttpResponse:
    """Batches by expiry, and the forms for what comes, is counted, and is written off."""
    medicine = get_object_or_404(medicines(), pk=pk)
    scan = ScanForm(request.GET if "scan" in request.GET else None)
    packs = _packs(medicine)
    receive = ReceiveForm(packs, prefix="receive")
    if scan.is_bound and scan.is_valid():
        receive = ReceiveForm.scanned(packs, scan.cleaned_data["scan"])
    bound: forms.Form | None = None
    if request.method == "POST":
        bound = _form(request.POST, medicine)
        if bound is not None and bound.is_valid() and _done(request, bound):
            return redirect("dashboard:stock-batches", pk)
    return _page(request, medicine, scan=scan, bound=bound, receive=receive)


FORMS: dict[str, type[Any]] = {
    "receive": ReceiveForm,
    "count": CountForm,
    "write_off": WriteOffForm,
    "read": ReadForm,
}


def _form(data: Any, medicine: Product) -> forms.Form | None:
    name = data.get("do", "")
    if name not in FORMS:
        return None
    among: Any = _packs(medicine) if name == "receive" else _batches(medicine)
    form: forms.Form = FORMS[name](among, data, prefix=name)
    return form


def _page(
    request: SignedInRequest,
    medicine: Product,
    *,
    scan: ScanForm,
    receive: ReceiveForm,
    bound: forms.Form | None,
) -> HttpResponse:
    rows = list(_batches(medicine))
    there = {
        "receive": receive,
        **{name: FORMS[name](_batches(medicine), prefix=name) for name in ("count", "write_off")},
        "read": ReadForm(_batches(medicine).filter(expires=None), prefix="read"),
    }
    if bound is not None:
        there[str(bound.prefix)] = bound
    context = {
        "medicine": medicine,
        "here": "batches",
        "scan": scan,
        "forms": there,
        "rows": [(batch, shelf.days_left(batch), _state(batch)) for batch in rows],
        "unread": [batch for batch in rows if batch.expires is None],
        "differences": list(agreeing.differences()),
        "book": _book(medicine),
        "unconfirmed": _unconfirmed(medicine, request.user),
        "sum": sum(batch.on_shelf for batch in rows),
    }
    return render(request, "house/stock/batches.html", context)


def _state(batch: Batch) -> str:
    """What keeps a batch from being sold or asks whoever dispenses, in a word; nothing where nothing does."""
    if batch.held:
        return str(batch.get_held_display())
    if batch.expires is None:
        return _("Date not read yet")
    left = shelf.days_left(batch)
    if left is not None and left < 0:
        return _("Expired")
    return _("%(days)s days: asks") % {"days": left} if shelf.asks(batch) else ""


@dataclass(frozen=True)
class Written:
    """A line of the book."""

    at: datetime.datetime
    batch: str
    change: str
    why: str
    who: str


def _book(medicine: Product) -> list[Written]:
    """The newest entries about the medicine's batches."""
    rows = Batch.objects.filter(stockrecord__product__parent=medicine)
    numbers = {str(pk): number for pk, number in rows.values_list("pk", "number")}
    found = Entry.objects.filter(subject_type="batch", subject_key__in=numbers)
    # That a batch has a row is no news; what came and went is.
    entries = list(found.exclude(action="batch.make").order_by("-sequence")[:BOOK])
    names = people.names({entry.actor_id for entry in entries})
    return [
        _written(entry, numbers[entry.subject_key], names.get(entry.actor_id, entry.actor_role))
        for entry in entries
    ]


def _written(entry: Entry, batch: str, who: str) -> Written:
    said = entry.details
    reason = said.get("reason", Reason.FIRST)
    change = f"−{said['packs']}" if "packs" in said else ""
    if "is" in said:
        change = f"{said.get('was', 0)} → {said['is']}"
    order = _("order %s") % said["order"] if "order" in said else ""
    why = (str(Reason(reason).label), said.get("note", ""), order)
    return Written(entry.at, batch, change, ", ".join(filter(None, why)), who)


def _unconfirmed(medicine: Product, by: User) -> list[tuple[Gtin, bool]]:
    rows = Gtin.objects.filter(product__parent=medicine, confirmed_by=None)
    return [
        (gtin, codes.may_confirm(gtin, by))
        for gtin in rows.select_related("product__parent", "entered_by").order_by("pk")
    ]


def _done(request: SignedInRequest, form: Any) -> bool:
    """Whether it was done; else the form says why not."""
    try:
        words = DOING[str(form.prefix)](request, form.cleaned_data)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, words)
    return True


def _receive(request: SignedInRequest, said: Any) -> str:
    pack = said["pack"]
    if said["gtin"]:
        codes.enter(said["gtin"], pack=pack, by=request.user)
    delivery = Delivery(said["number"], said["expires"], said["packs"], said["cost"])
    why = Why(actor_of(request.user), Reason.RECEIVED, said["note"])
    batch = keeping.receive(pack.stockrecords.get(), delivery, why=why)
    return _("%(packs)s packs of batch %(batch)s are on the shelf.") % {
        "packs": said["packs"],
        "batch": batch.number,
    }


def _count(request: SignedInRequest, said: Any) -> str:
    batch = said["batch"]
    seen = int(request.POST.get(f"seen-{batch.pk}") or -1)
    why = Why(actor_of(request.user), said["reason"], said["note"])
    keeping.count(batch, packs=said["packs"], seen=seen, why=why)
    return _("Batch %(batch)s is counted: %(packs)s.") % {"batch": batch, "packs": said["packs"]}


def _write_off(request: SignedInRequest, said: Any) -> str:
    why = Why(actor_of(request.user), said["reason"], said["note"])
    keeping.write_off(said["batch"], packs=said["packs"], why=why)
    return _("%(packs)s packs of batch %(batch)s are written off.") % {
        "packs": said["packs"],
        "batch": said["batch"],
    }


def _read(request: SignedInRequest, said: Any) -> str:
    why = Why(actor_of(request.user), Reason.READ)
    keeping.say_expiry(said["batch"], number=said["number"], expires=said["expires"], why=why)
    return _("The date of batch %s is in the book.") % said["number"]


DOING: dict[str, Do] = {
    "receive": _receive,
    "count": _count,
    "write_off": _write_off,
    "read": _read,
}


@require_POST
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    """A second person has looked at number and pack, or takes the number out again."""
    gtin = get_object_or_404(Gtin.objects.select_related("product"), pk=pk)
    medicine = gtin.product.parent_id
    try:
        if "wrong" in request.POST:
            codes.take_out(gtin, by=request.user)
        else:
            codes.confirm(gtin, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("dashboard:stock-batches", medicine)


@never_cache
def recalls(request: SignedInRequest, pk: int) -> HttpResponse:
    """Recalls of a medicine's batches, and a new one."""
    medicine = get_object_or_404(medicines(), pk=pk)
    among = Batch.objects.filter(stockrecord__product__parent=medicine).select_related(
        "stockrecord__product__parent"
    )
    form = RecallForm(among.order_by("number"), request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            recall = recalling.start(
                said["batch"], why=said["why"], notice=said["notice"], by=request.user
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("dashboard:stock-recall", recall.pk)
    found = Recall.objects.filter(batch__in=among).select_related("batch").order_by("-pk")
    context = {"medicine": medicine, "here": "recalls", "recalls": found, "form": form}
    return render(request, "house/stock/recalls.html", context)


@require_safe
@never_cache
def recall(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who has packs of a recalled batch: orders, patients and where the letters go. Its opening is logged."""
    return _named(request, pk, "house/stock/recall.html")


@require_safe
@never_cache
def letters(request: SignedInRequest, pk: int) -> HttpResponse:
    """A letter to each of them, to be printed. Its opening is logged."""
    return _named(request, pk, "house/stock/letters.html")


def _named(request: SignedInRequest, pk: int, template: str) -> HttpResponse:
    found = _recall(pk)
    subject = log.Subject("recall", str(found.pk))
    details = {"page": template.rpartition("/")[2]}
    log.append("recall.open", actor=actor_of(request.user), subject=subject, details=details)
    pack = found.batch.stockrecord.product
    context = {
        "medicine": pack.parent,
        "here": "recalls",
        "recall": found,
        "pack": pack,
        "holders": people.named(recalling.holders(found.batch)),
        "supplied": supplying.supplied_of(found.batch),
    }
    return render(request, template, context)


def _recall(pk: int) -> Recall:
    rows = Recall.objects.select_related("batch__stockrecord__product__parent", "started_by")
    return get_object_or_404(rows, pk=pk)


@require_POST
def end_recall(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everybody was reached."""
    try:
        recalling.end(_recall(pk), by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("dashboard:stock-recall", pk)
