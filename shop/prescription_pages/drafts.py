"""What a customer typed and did not send yet: kept while they type, thrown away when they say so."""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from shop.accounts.requests import SignedInRequest
from shop.prescription_pages.forms import typed_so_far
from shop.prescriptions import sending
from shop.prescriptions.files.uploads import memory_only_uploads

MAX_DRAFT_BYTES = 64 * 1024


def keep_typed(request: SignedInRequest) -> None:
    """Keep what the form holds as the draft that it names; raises AlreadySent."""
    sending.save_draft(
        by=request.user, typed=typed_so_far(request.POST), reference=request.POST.get("draft", "")
    )


# Should a browser send the files along, they do not touch the disk either.
@memory_only_uploads
@login_required
@never_cache
@require_POST
def save(request: SignedInRequest, /) -> HttpResponse:
    """Keep the form as it is now.

    Answers 204; 409 when the draft was sent meanwhile, 413 over `MAX_DRAFT_BYTES`, and 429 when it is
    saved too often (`ACCOUNT_RATE_LIMITS`).
    """
    if int(request.headers.get("Content-Length") or 0) > MAX_DRAFT_BYTES:
        return HttpResponse(status=413)
    if not ratelimit.consume(request, action="save_draft"):
        return HttpResponse(status=429)
    try:
        keep_typed(request)
    except sending.AlreadySent:
        return HttpResponse(status=409)
    return HttpResponse(status=204)


@login_required
@require_POST
def discard(request: SignedInRequest) -> HttpResponse:
    """Throw the draft away."""
    sending.discard_draft(by=request.user)
    messages.success(request, _("What you typed is deleted."))
    return redirect("checkout:prescription")
