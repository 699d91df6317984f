"""The price grid, its review, what each pack has cost, costs and low marks, packs that come and go."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from catalogue.packs import country_list
from catalogue.prices import changing, history, retiring
from catalogue.prices.changing import Changed, NotInTime, NotSaved, Why
from catalogue.prices.grid import Grid, cell_of, cells_of, grid_of
from catalogue.prices.history import Step
from catalogue.prices.models import PlannedPrice
from catalogue.prices.proposing import Proposal, Wanted, propose
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest
from shop.dashboard.prices import plot
from shop.dashboard.prices.forms import LATER, CellForm, MarksForm, WhenForm, unanswered


def medicines() -> QuerySet[Product]:
    """Every medicine that has a dose form, by name."""
    return Product.objects.filter(parent=None, dose_form__gt="").order_by("title")


def _medicine(pk: int) -> Product:
    return get_object_or_404(medicines(), pk=pk)


@require_safe
@never_cache
def list_medicines(request: HttpRequest) -> HttpResponse:
    """Which medicine's prices; there at once where there is only one."""
    found = list(medicines())
    if len(found) == 1:
        return redirect("dashboard:price-grid", found[0].pk)
    return render(request, "house/prices/medicines.html", {"medicines": found})


@never_cache
def grid(request: SignedInRequest, pk: int) -> HttpResponse:
    """The grid; what is typed into it, reviewed; and saved, all of it or none."""
    medicine = _medicine(pk)
    found = grid_of(medicine)
    data = request.POST if request.method == "POST" else None
    cells = [CellForm(cell, data) for cell in found.cells]
    is_typed = all(form.is_valid() for form in cells if form.is_bound)
    if data is None or "back" in data or not is_typed:
        return _grid_page(request, medicine, found, cells)
    wanted = [each for form in cells if (each := form.wanted())]
    if not wanted:
        messages.info(request, _("No price was changed."))
        return redirect("dashboard:price-grid", pk)
    if "save" in data:
        return _save(request, medicine, wanted)
    return _review(request, medicine, propose(medicine, wanted), WhenForm())


def _grid_page(
    request: HttpRequest, medicine: Product, found: Grid, cells: list[CellForm]
) -> HttpResponse:
    forms = {form.cell.key: form for form in cells}
    rows = [
        (row, country_list(row.countries), [cell and forms[cell.key] for cell in row.cells])
        for row in found.rows
    ]
    sizes = [medicine.form.counted(size) for size in found.sizes]
    context = {
        **_place(medicine, "grid"),
        "rows": rows,
        "sizes": sizes,
        "currency": next((cell.currency for cell in found.cells), ""),
        "errors": [form for form in cells if form.is_bound and form.errors],
        "planned": sum(len(cell.planned) for cell in found.cells),
    }
    return render(request, "house/prices/grid.html", context)


def _place(medicine: Product, here: str) -> dict[str, Any]:
    """What the pages of one medicine share: its name and their tabs."""
    return {"medicine": medicine, "here": here, "per_unit": medicine.form.kind.per_price}


def _review(
    request: HttpRequest,
    medicine: Product,
    proposals: list[Proposal],
    form: WhenForm,
    *,
    is_refused: bool = False,
) -> HttpResponse:
    context = {
        **_place(medicine, "grid"),
        "lines": [(each, _newest(each)) for each in proposals],
        "form": form,
        "is_refused": is_refused,
        "unanswered": unanswered(proposals),
        "is_later": form["when"].value() == LATER,
        "cannot": any(each.is_refused for each in proposals),
    }
    return render(request, "house/prices/review.html", context)


def _newest(proposal: Proposal) -> str:
    """Who changed a cell while it was being edited; nothing where nobody did."""
    if not proposal.was_changed_meanwhile:
        return ""
    steps = history.steps_of(proposal.cell.record)
    step = max(steps, key=lambda step: step.plan.planned_at if step.plan else step.at)
    return _names([step]).get(step.by, step.role)


def _names(steps: list[Step]) -> dict[int | None, str]:
    users = User.objects.filter(pk__in={step.by for step in steps if step.by})
    return {user.pk: user.name or user.email for user in users}


def _save(request: SignedInRequest, medicine: Product, wanted: list[Wanted]) -> HttpResponse:
    form = WhenForm(request.POST)
    if not form.is_valid():
        return _review(request, medicine, propose(medicine, wanted), form)
    said = form.cleaned_data
    why = Why(actor_of(request.user), said["reason"], said["note"])
    try:
        saved = changing.save(medicine, wanted, why=why, starts_at=form.starts_at)
    except NotSaved as refused:
        return _review(request, medicine, refused.proposals, form, is_refused=True)
    except NotInTime:
        form.add_error("day", _("A price is planned for that moment already, or it is over."))
        return _review(request, medicine, propose(medicine, wanted), form)
    _tell_saved(request, len(saved), is_later=form.starts_at is not None)
    return redirect("dashboard:price-grid", medicine.pk)


def _tell_saved(request: HttpRequest, count: int, *, is_later: bool) -> None:
    if is_later:
        words = ngettext("%(count)s price is planned.", "%(count)s prices are planned.", count)
    else:
        words = ngettext("%(count)s price is saved.", "%(count)s prices are saved.", count)
    messages.success(request, words % {"count": count})


@require_safe
@never_cache
def pack_history(request: HttpRequest, pk: int) -> HttpResponse:
    """What a pack has cost: plot and table, and what is planned."""
    record = get_object_or_404(
        StockRecord.objects.select_related("product__parent"),
        pk=pk,
        product__strength__isnull=False,
    )
    cell, steps = cell_of(record), history.steps_of(record)
    title = _("Price of %(pack)s over time; the table has each step.") % {"pack": cell.name}
    names = _names(steps)
    context = {
        **_place(record.product.parent, "grid"),
        "cell": cell,
        "plot": plot.svg_of(steps, title=title, currency=cell.currency),
        "steps": [(step, names.get(step.by, step.role)) for step in reversed(steps)],
    }
    return render(request, "house/prices/history.html", context)


@require_POST
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """A planned price that is not to begin."""
    plan = get_object_or_404(PlannedPrice, pk=pk)
    try:
        changing.take_back(plan, actor=actor_of(request.user))
        messages.success(request, _("The planned price is taken back."))
    except NotInTime:
        messages.error(request, _("This price counts already, or was taken back before."))
    return redirect("dashboard:price-history", plan.stockrecord_id)


@never_cache
def marks(request: SignedInRequest, pk: int) -> HttpResponse:
    """What packs cost the pharmacy, and from how few on they are low."""
    medicine = _medicine(pk)
    data = request.POST if request.method == "POST" else None
    forms = [MarksForm(cell, data) for cell in cells_of(medicine)]
    bound = [form for form in forms if form.is_bound]
    changed: list[str] = []
    if bound and all(form.is_valid() for form in bound):
        try:
            marks = [form.marks() for form in bound]
            count = changing.set_marks(medicine, marks, actor=actor_of(request.user))
        except Changed as refused:
            changed = [cell.name for cell in refused.cells]
        else:
            words = ngettext("%(count)s pack changed.", "%(count)s packs changed.", count)
            messages.success(request, words % {"count": count})
            return redirect("dashboard:price-grid", pk)
    context = {**_place(medicine, "marks"), "forms": forms, "changed": changed}
    return render(request, "house/prices/marks.html", context)


@never_cache
def packs(request: SignedInRequest, pk: int) -> HttpResponse:
    """All packs of a medicine, those that were retired too; one is retired, or put back."""
    medicine = _medicine(pk)
    if request.method == "POST":
        pack = get_object_or_404(medicine.children, pk=request.POST.get("pack") or 0)
        try:
            retiring.switch(pack, is_public="back" in request.POST, actor=actor_of(request.user))
        except retiring.Taken as refused:
            messages.error(request, str(refused))
        return redirect("dashboard:price-packs", pk)
    found = retiring.packs_of(medicine)
    return render(request, "house/prices/packs.html", {**_place(medicine, "packs"), "packs": found})
