"""The page of tasks: what waits for whoever looks, the nearest last day first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from shop.accounts.desk_pages import DeskPages, only_for
from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import Desk
from shop.tasks import services
from shop.tasks.models import Task

MOST_SHOWN = 100


class DoneForm(forms.Form):
    how = forms.CharField(label=_("What was done"), max_length=300)


def may_look(user: Any) -> bool:
    """Whether any role that has tasks is the user's."""
    return isinstance(user, User) and bool(services.roles_of(user))


@only_for(may_look)
def list_tasks(request: SignedInRequest) -> HttpResponse:
    return _show(request, DoneForm())


@require_POST
@only_for(may_look)
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write down what was done about a task that a person closes."""
    task = get_object_or_404(services.open_for(request.user), pk=pk)
    form = DoneForm(request.POST, auto_id=f"%s-{task.pk}")
    if not (task.is_closed_by_hand and form.is_valid()):
        return _show(request, form, wrong=task)
    try:
        services.close_by_hand(task, by=request.user, how=form.cleaned_data["how"])
    except services.AlreadyClosed:
        messages.error(request, _("Somebody else has closed this task."))
    else:
        messages.success(request, _("Written down, and closed."))
    return redirect("admin:tasks_task_changelist")


def _show(request: SignedInRequest, form: DoneForm, wrong: Task | None = None) -> HttpResponse:
    context = {
        "tasks": services.open_for(request.user)[:MOST_SHOWN],
        "others": services.others_orders(request.user)[:MOST_SHOWN],
        "form": form,
        "wrong": wrong,
    }
    return render(request, "desk/tasks.html", context)


@admin.register(Task)
class TaskPages(DeskPages):
    pages = (
        ("", list_tasks, "tasks_task_changelist"),
        ("<int:pk>/close/", close, "task-close"),
    )

    menu = _("Tasks")
    place = 30
    in_menu_of = frozenset({Desk.PHARMACIST, Desk.SUPERINTENDENT, Desk.STAFF})

    def is_listed_for(self, user: Any) -> bool:
        return may_look(user)
