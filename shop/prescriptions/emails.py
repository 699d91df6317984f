"""Which message tells what about a prescription: the patient's name, a link, and never a medicine's."""

import datetime

from django.urls import reverse

from shop.mailing import outbox
from shop.prescriptions.models import Event, Message, Prescription, Supply


def tell(event: Event) -> None:
    """Tell the customer what happened."""
    _queue(f"prescription_{event.action}", event.prescription, key=str(event.audit_sequence))


def tell_message(message: Message) -> None:
    """Tell the customer that a pharmacist wrote to them, and not what."""
    _queue("prescription_message", message.prescription, key=str(message.uuid))


def tell_of_call(prescription: Prescription) -> None:
    """Tell the customer once that a pharmacist calls today, and not why."""
    _queue("prescription_call", prescription, key=prescription.reference)


def tell_supplies_left(prescription: Prescription, *, last: Supply) -> None:
    """Tell the customer after a supply that there is more to order, and until when."""
    _queue(
        "prescription_supplies_left",
        prescription,
        key=f"supply:{last.pk}",
        until=prescription.valid_until,
    )


def tell_expiring(prescription: Prescription) -> None:
    """Tell the customer once that what is left can be ordered only until the last day."""
    until = prescription.valid_until
    _queue(
        "prescription_expiring", prescription, key=f"{prescription.reference}:{until}", until=until
    )


def _queue(
    code: str, prescription: Prescription, *, key: str, until: datetime.date | None = None
) -> None:
    outbox.queue(
        code,
        key=key,
        user=prescription.user,
        path=reverse("prescriptions:detail", args=[prescription.reference]),
        label=prescription.reference,
        patient=prescription.patient,
        until=until,
    )
