"""Dispense, check, send: the three steps of an order, and the lists that lead to them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from catalogue.content.models import ContentVersion
from catalogue.leaflet import leaflet_of_version
from catalogue.models import Product
from shop.accounts.desk_pages import PAGE_SIZE
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import is_superintendent
from shop.dashboard.dispensing import queues
from shop.dashboard.dispensing.opening import (
    as_made,
    away,
    for_dispensers,
    is_overtaken,
    pdf,
    to,
)
from shop.dashboard.dispensing.tray import Tray
from shop.dispensing import contents as made_of
from shop.dispensing import label_pdf, labels, services
from shop.dispensing.contents import Contents
from shop.dispensing.models import NEAR_MISSES, Dispensing, How, Point
from shop.dispensing.picking import WrongPack, named
from shop.dispensing.services import Looked, Refused
from shop.order.patients import names_of
from shop.order.processing import EventHandler
from shop.standing.question import stops_of

LONGEST_SEARCH = 100


@require_safe
@for_dispensers
def lists(request: SignedInRequest) -> HttpResponse:
    """One list of orders with its page, how many are in each, and what was searched."""
    words = _printable(request.GET.get("q", ""))[:LONGEST_SEARCH]
    counts = {name: queues.waiting(name).count() for name in queues.LISTS}
    shown = _shown(request, counts)
    rows = queues.found(words) if words else queues.waiting(shown)
    rows = rows.select_related("user", "shipping_address__country", "parcel__carrier")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "words": words,
        "shown": "" if words else shown,
        "title": _("Found") if words else queues.LISTS[shown],
        "lists": [(name, title, counts[name]) for name, title in queues.LISTS.items()],
        "steps": [step for step in queues.STEPS if counts[step]],
        "page": page,
        "orders": names_of(page),
        "runs_the_house": is_superintendent(request.user),
    }
    return render(request, "dispensing/lists.html", context)


def _printable(text: str) -> str:
    """Without signs that no database can look for."""
    return "".join(sign for sign in text if sign.isprintable()).strip()


def _shown(request: SignedInRequest, counts: dict[str, int]) -> str:
    """The list that was asked for; else the first of the three steps that has any."""
    asked = request.GET.get("show", "")
    if asked in queues.LISTS:
        return asked
    return next((step for step in queues.STEPS if counts[step]), queues.DISPENSE)


@require_safe
@for_dispensers
def begin(request: SignedInRequest, step: str) -> HttpResponse:
    """The next order that waits for a step."""
    if step not in queues.STEPS:
        raise Http404
    order = queues.waiting(step).first()
    if order is None:
        messages.success(request, _("Nothing waits for that any more."))
        return redirect("dispensing:lists")
    return to(step, order)


@for_dispensers
def dispense(request: SignedInRequest, number: str) -> HttpResponse:
    """What is approved, what is picked; handed to the check once all of it is there."""
    order = get_object_or_404(Order, number=number)
    if queues.step_of(order) != queues.DISPENSE and not is_overtaken(order):
        return away(request, order, _("There is nothing to dispense for it now."))
    try:
        contents = services.contents_of(order)
    except Refused as refused:
        return render(request, "dispensing/cannot.html", {"order": order, "why": refused})
    tray = Tray.of(contents, request.POST)
    wrong = _scan(request, order, tray)
    if request.POST.get("do") == "hand" and tray.asks and "asked" not in request.POST:
        wrong = _("Answer first what is asked about a batch.")
    if request.POST.get("do") == "hand" and not wrong:
        try:
            EventHandler(user=request.user).make_up(order, scans=tray.packs)
        except InvalidOrderStatus as refused:
            wrong = str(refused)
        else:
            return redirect("dispensing:made", order.number)
    if request.method == "GET":
        services.record_opening(order, by=request.user, page=queues.DISPENSE)
    context = {
        "stops": stops_of(order),
        "contents": contents,
        "tray": tray,
        "wrong": wrong,
        "choices": _choices(order),
    }
    return render(request, "dispensing/dispense.html", {"order": order, **context})


def _choices(order: Any) -> list[tuple[str, str]]:
    """Every pack of the medicines of an order, by stock code: whoever has no scanner chooses."""
    medicines = [line.medicine_id for line in order.lines.all() if line.medicine_id]
    packs = Product.objects.filter(parent__in=medicines).select_related("parent")
    rows = packs.order_by("parent", "strength", "units").values_list(
        "stockrecords__partner_sku", "pk"
    )
    codes = {pk: sku for sku, pk in rows if sku}
    return [(codes[pack.pk], named(pack)) for pack in packs if pack.pk in codes]


def _scan(request: SignedInRequest, order: Any, tray: Tray) -> str:
    """Take the pack that was scanned or chosen; why not, in a sentence."""
    how = {"scan": How.SCANNED, "choose": How.CHOSEN}.get(request.POST.get("do", ""))
    if how is None:
        return ""
    code = request.POST.get("scan" if how == How.SCANNED else "choice", "")
    try:
        tray.put(code, how=how)
    except WrongPack as wrong:
        services.record_refusal(order, by=request.user, code=code)
        return str(wrong)
    return ""


@require_safe
@for_dispensers
def made_up(request: SignedInRequest, number: str) -> HttpResponse:
    """What is to be printed for what was just dispensed."""
    order, made = as_made(number)
    services.record_opening(order, by=request.user, page="made")
    context = {"order": order, "made": made, "contents": made_of.kept(made.contents)}
    return render(request, "dispensing/made.html", context)


@require_safe
@for_dispensers
def print_labels(request: SignedInRequest, number: str) -> HttpResponse:
    """The labels of what was dispensed; where they do not fit, the reason and nothing else."""
    order, made = as_made(number)
    try:
        data = label_pdf.pdf_of(labels.labels_of(made))
    except labels.NoLabel as why:
        return render(request, "dispensing/cannot.html", {"order": order, "why": why}, status=409)
    services.record_opening(order, by=request.user, page="labels")
    return pdf(data, f"labels-{number}.pdf")


@require_safe
@for_dispensers
def print_leaflet(request: SignedInRequest, number: str, line: int) -> HttpResponse:
    """The leaflet that goes with one line: the version that was recorded, for the country it goes to."""
    order, made = as_made(number)
    items = {item.line: item for item in made_of.kept(made.contents).items}
    sold = get_object_or_404(order.lines.select_related("medicine"), pk=line)
    version = get_object_or_404(
        ContentVersion.objects.select_related("signature"),
        medicine__product=sold.medicine_id,
        number=items[line].leaflet if line in items else None,
    )
    country = order.shipping_address.country_id if order.shipping_address else ""
    return leaflet_of_version(request, sold.medicine, version, country=country)


@for_dispensers
def check(request: SignedInRequest, number: str) -> HttpResponse:
    """What was approved, labelled and picked, side by side; signed, or sent back with a reason."""
    order = get_object_or_404(Order, number=number)
    made = services.current(order)
    if made is None or queues.step_of(order) != queues.CHECK:
        return away(request, order, _("There is nothing to check for it now."))
    if is_overtaken(order):
        return redirect("dispensing:dispense", order.number)
    contents = services.contents_of(order)
    tray = Tray.of(contents, request.POST, wanted=labels.codes_of(order, contents))
    wrong = _scan(request, order, tray) or _act(request, order, tray)
    if not wrong and request.POST.get("do") in {"sign", "back"}:
        return _after(request, order)
    if request.method == "GET":
        services.record_opening(order, by=request.user, page=queues.CHECK)
    context = {
        "order": order,
        "made": made,
        "contents": contents,
        "rows": _side_by_side(contents, made, tray),
        "tray": tray,
        "wrong": wrong,
        "why_not": services.why_not_check(made, by=request.user),
        "choices": _choices(order),
        "near_misses": [(why.value, why.label) for why in NEAR_MISSES],
    }
    return render(request, "dispensing/check.html", context)


def _act(request: SignedInRequest, order: Any, tray: Tray) -> str:
    """Sign, or send back; why not, in a sentence."""
    handler, do = EventHandler(user=request.user), request.POST.get("do")
    if do not in {"sign", "back"}:
        return ""
    try:
        seen = uuid.UUID(request.POST.get("seen", ""))
        if do == "sign":
            looked = Looked(seen, tray.packs, tray.labels, tuple(Point))
            handler.check(order, looked)
        else:
            handler.send_back(order, seen=seen, why=request.POST.get("why", ""))
    except InvalidOrderStatus as refused:
        return str(refused)
    except ValueError:
        return _("Nobody can tell what you looked at. Look at it again.")
    return ""


def _after(request: SignedInRequest, order: Any) -> HttpResponse:
    if request.POST["do"] == "back":
        messages.success(request, _("Sent back. It waits to be dispensed again."))
        return redirect("dispensing:lists")
    messages.success(request, _("Checked. It may be sent."))
    return to(queues.SEND, order)


def _side_by_side(contents: Contents, made: Dispensing, tray: Tray) -> list[dict[str, Any]]:
    """Each line: what is approved, what the label says, and what was scanned now."""
    labels = {item.line: item for item in made_of.kept(made.contents).items}
    return [
        {"item": item, "label": labels[item.line], "place": place}
        for item, place in zip(contents.items, tray.places, strict=True)
    ]
