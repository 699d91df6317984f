"""Messages that may not have arrived: a pharmacist or the superintendent decides about each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from shop.accounts.desk_pages import DeskPages, only_for
from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import Desk, is_superintendent
from shop.mailing import outbox
from shop.mailing.models import Email

MOST_SHOWN = 100


def may_decide(user: Any) -> bool:
    """Whether the user may see whose messages hang, and decide about them."""
    return is_superintendent(user) or (isinstance(user, User) and user.is_pharmacist)


@only_for(may_decide)
def uncertain_emails(request: SignedInRequest) -> HttpResponse:
    needing = Email.objects.needing_a_look(timezone.now()).select_related("user")
    return render(request, "desk/emails.html", {"emails": needing[:MOST_SHOWN]})


@require_POST
@only_for(may_decide)
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    email = get_object_or_404(Email.objects.select_related("user"), pk=pk)
    try:
        if "again" in request.POST:
            outbox.send_again(email)
            messages.success(request, _("Tried again."))
        else:
            outbox.leave_be(email)
            messages.success(request, _("Left as it is."))
    except outbox.NotUncertain:
        messages.error(request, _("Somebody else has decided about this message."))
    return redirect("admin:mailing_email_changelist")


@admin.register(Email)
class EmailPages(DeskPages):
    pages = (
        ("", uncertain_emails, "mailing_email_changelist"),
        ("<int:pk>/", decide, "email-decide"),
    )

    menu = _("Mails")
    place = 60
    in_menu_of = frozenset({Desk.PHARMACIST, Desk.SUPERINTENDENT})

    def is_listed_for(self, user: Any) -> bool:
        return may_decide(user)
