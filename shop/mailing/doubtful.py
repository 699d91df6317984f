"""Messages that may not have arrived: a pharmacist or the superintendent decides about each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import is_superintendent
from shop.mailing import outbox
from shop.mailing.models import Email

MOST_SHOWN = 100


def may_decide(user: Any) -> bool:
    """Whether the user may see whose messages hang, and decide about them."""
    return is_superintendent(user) or (isinstance(user, User) and user.is_pharmacist)


@never_cache
def uncertain_emails(request: SignedInRequest) -> HttpResponse:
    if not may_decide(request.user):
        raise Http404
    needing = Email.objects.needing_a_look(timezone.now()).select_related("user")
    return render(request, "desk/emails.html", {"emails": needing[:MOST_SHOWN]})


@never_cache
@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    if not may_decide(request.user):
        raise Http404
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
class EmailAdmin(admin.ModelAdmin):
    """Holds the addresses; a message has no form."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(uncertain_emails), name="mailing_email_changelist"),
            path("<int:pk>/", wrap(decide), name="email-decide"),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_decide(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_decide(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
