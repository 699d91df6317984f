"""What customers wrote, for the pharmacists: the unread, and the thread of one prescription."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from shop.accounts.desk_pages import DeskPages
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import Desk
from shop.prescriptions.messages import thread
from shop.prescriptions.messages.forms import MessageForm
from shop.prescriptions.models import Message, Prescription
from shop.prescriptions.services import NotAllowed
from shop.review.desk.access import for_pharmacists
from shop.review.desk.queue import QUEUE_PAGE_SIZE


@for_pharmacists
def unread_messages(request: SignedInRequest) -> HttpResponse:
    """What nobody has read yet, longest wait first."""
    unread = Message.objects.unread_by_pharmacy().select_related("prescription")
    page = Paginator(unread, QUEUE_PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "desk/messages.html", {"page": page})


@for_pharmacists
def desk_thread(request: SignedInRequest, reference: str) -> HttpResponse:
    """The thread of one prescription, and the place to answer."""
    prescription = get_object_or_404(
        Prescription.objects.select_related("user"), reference=reference
    )
    form = MessageForm(request.POST or None, auto_id="thread_%s")
    if request.method == "POST" and form.is_valid():
        try:
            thread.write_as_pharmacist(
                prescription, by=request.user, text=form.cleaned_data["text"]
            )
        except thread.Closed as closed:
            form.add_error("text", closed.message)
        except NotAllowed:
            form.add_error("text", _("This is your own prescription."))
        else:
            messages.success(request, _("The message is sent."))
            return redirect("admin:prescription-thread", reference=reference)
    context = {"prescription": prescription, "form": form}
    return render(request, "desk/thread_page.html", context)


@for_pharmacists
@require_POST
def mark_read(request: SignedInRequest, reference: str) -> HttpResponse:
    """Count the messages that the page showed as read."""
    prescription = get_object_or_404(Prescription, reference=reference)
    up_to = request.POST.get("up_to", "")
    try:
        thread.mark_read_by_pharmacist(
            prescription, by=request.user, up_to=int(up_to) if up_to.isdecimal() else 0
        )
    except NotAllowed:
        messages.error(request, _("This is your own prescription."))
    return redirect("admin:prescription-thread", reference=reference)


@admin.register(Message)
class MessagePages(DeskPages):
    menu = _("Messages")
    place = 20
    in_menu_of = frozenset({Desk.PHARMACIST})
    pages = (
        ("", unread_messages, "prescription-messages"),
        ("<str:reference>/", desk_thread, "prescription-thread"),
        ("<str:reference>/read/", mark_read, "prescription-thread-read"),
    )
