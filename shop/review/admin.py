"""The addresses of the review desk, in the admin; Django's own list and forms are not there."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from shop.accounts.desk_pages import DeskPages
from shop.accounts.roles import Desk
from shop.prescriptions.models import Prescription
from shop.review.desk import prescription
from shop.review.desk.orders import paid_order
from shop.review.desk.queue import queue
from shop.review.desk.second_look import look_second


@admin.register(Prescription)
class PrescriptionPages(DeskPages):
    menu = _("Queue")
    place = 10
    in_menu_of = frozenset({Desk.PHARMACIST})
    pages = (
        ("", queue, "prescription-queue"),
        ("<str:reference>/", prescription.review, "prescription-review"),
        ("<str:reference>/claim/", prescription.claim, "prescription-claim"),
        ("<str:reference>/release/", prescription.release, "prescription-release"),
        ("<str:reference>/withdraw/", prescription.withdraw, "prescription-withdraw"),
        ("<str:reference>/recheck/", prescription.recheck, "prescription-recheck"),
        ("<str:reference>/let-go/", prescription.let_next_go, "prescription-let-go"),
        ("<str:reference>/seen-before/<str:other>/", look_second, "prescription-second-look"),
        ("<str:reference>/orders/<str:number>/", paid_order, "prescription-order"),
        ("<str:reference>/pages/<uuid:page>/", prescription.page_picture, "prescription-page"),
    )
