"""What follows when a text is signed, when a signature is taken back, and when a review is due."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.apps.order.models import Order

from catalogue import signing
from catalogue.content.models import ContentVersion, Signature
from shop import days
from shop.accounts.actors import actor_of
from shop.accounts.models import PharmacistRegistration, User
from shop.audit.log import Subject
from shop.continuity.run_out import RunOut, run_out_of
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import STANDS
from shop.standing import stopping
from shop.standing.consequences import BEFORE_LEAVING
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind

# So long before its day a review is somebody's task.
NOTICE = datetime.timedelta(days=30)
# Who was supplied within so many days may still take it.
MAY_TAKE_IT = datetime.timedelta(days=180)


@dataclass(frozen=True)
class Taker:
    """A prescription under which somebody takes a medicine, and until when they have it."""

    prescription: Prescription
    run_out: RunOut | None


def subject_of(version: ContentVersion) -> Subject:
    """The medicine whose text it is, as tasks and the log name it."""
    return Subject("content", version.medicine.slug)


@transaction.atomic
def sign(
    version: ContentVersion,
    *,
    by: User,
    registration: PharmacistRegistration,
    review_by: datetime.date,
) -> Signature:
    """Sign a version, and close what waited for that. Raises `catalogue.signing.NotSigned`."""
    signature = signing.sign(
        version, by=by, actor=actor_of(by), registration=registration, review_by=review_by
    )
    tasks.close(Kind.CONTENT_REVIEW, about=subject_of(version), by=by, how=_("Signed."))
    return signature


@transaction.atomic
def withdraw(version: ContentVersion, *, by: User, why: str) -> None:
    """Take back the signature: new orders stop, and pharmacists look after those who take it.

    What is paid waits until a pharmacist has answered for it, so that nobody's doses end because a form is
    not signed. Raises `catalogue.signing.NotSigned`.
    """
    signing.withdraw(version, actor=actor_of(by), why=why)
    tasks.open(
        Kind.CONTENT_WITHDRAWN,
        about=subject_of(version),
        words=f"{version.medicine.name}: {why}",
        path=reverse("admin:content-takers", args=[version.pk]),
    )
    for order in paid_orders(version):
        stopping.follow(order)


def paid_orders(version: ContentVersion) -> list[Order]:
    """The orders with this medicine that are paid and have not left, oldest first."""
    orders = Order.objects.filter(
        lines__medicine=version.medicine.product_id,
        lines__supply__returned_at__isnull=True,
        status__in=BEFORE_LEAVING,
    )
    return list(orders.distinct().order_by("pk"))


def takers_of(version: ContentVersion) -> list[Taker]:
    """Who takes the medicine by an approval that stands or a supply of late; who ends first, first."""
    product, since = version.medicine.product_id, timezone.now() - MAY_TAKE_IT
    stands = Q(status__in=STANDS, authorisations__supplies__gt=0)
    supplied = Q(
        authorisations__supply_rows__taken_at__gte=since,
        authorisations__supply_rows__returned_at__isnull=True,
    )
    found = Prescription.objects.filter(stands | supplied, authorisations__medicine=product)
    rows = found.select_related("patient", "user").order_by("pk").distinct()
    takers = [Taker(each, run_out_of(each)) for each in rows]
    return sorted(takers, key=lambda taker: _ends(taker.run_out))


def _ends(run_out: RunOut | None) -> datetime.date:
    """What is not known comes first."""
    return run_out.last_day if run_out else datetime.date.min


def open_due_reviews() -> None:
    """A task for each signed text whose review comes soon or is overdue; it stops nothing."""
    soon = days.at_pharmacy() + NOTICE
    due = ContentVersion.objects.filter(
        medicine__shown=F("pk"), signature__review_by__lte=soon
    ).select_related("medicine", "signature")
    for version in due.defer("document"):
        tasks.open(
            Kind.CONTENT_REVIEW,
            about=subject_of(version),
            words=str(version),
            path=reverse("admin:content-versions"),
            due=version.next_review,
        )
