"""What a bystander sees while it happens: at the end the rows do not tell it any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from catalogue.amounts import Strength
from shop.order_statuses import LEFT
from shop.patients.models import Patient
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import packs_refunded
from shop.prescriptions.models import Event, Prescription, Supply
from shop.prescriptions.statuses import STANDS, Action, Status
from shop.standing.models import Answer

if TYPE_CHECKING:
    from tests.campaign.world import World

# What was ordered on an approval that has ended since may leave.
IN_FORCE = (*STANDS, Status.EXPIRED)
Allowed = dict[Strength, int]


@dataclass
class Witness:
    """Sees the world before and after each step; ``broken`` says what must not have happened."""

    # By prescription: the units of each strength that one supply may hold, as last decided.
    allowed: dict[int, Allowed] = field(default_factory=dict)
    # By prescription: how often it was approved.
    approvals: Counter[int] = field(default_factory=Counter)
    # By supply: at which approval a pharmacist answered that it may leave all the same.
    answered: dict[int, int] = field(default_factory=dict)
    # By attempt: the patient whom the customer pressed pay for.
    wanted_for: dict[int, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    # By order that is still here: what stands against sending it.
    _against: dict[int, set[str]] = field(default_factory=dict)
    _orders: set[int] = field(default_factory=set)
    _removed: set[int] = field(default_factory=set)
    _known_answers: set[int] = field(default_factory=set)

    def before(self, world: World) -> None:
        """Called before each step."""
        orders = world.orders
        self._orders = {order.pk for order in orders}
        self._removed = self.removed(world)
        self._against = {
            order.pk: set(self._reasons(order)) for order in orders if order.status not in LEFT
        }

    def after(self, world: World) -> None:
        """Called after each step: of two things at once, either may have come first."""
        for order in world.orders:
            if order.pk not in self._orders:
                self._see_placed(order)
            if order.status in LEFT and order.pk in self._against:
                for reason in self._against[order.pk] & set(self._reasons(order)):
                    self.broken.append(f"order {order.number} left, though {reason}")

    def removed(self, world: World) -> set[int]:
        """The patients whom their customers took off their lists."""
        known = [patient.pk for customer in world.customers for patient in customer.patients]
        archived = Patient.objects.filter(pk__in=known, is_archived=True)
        return set(archived.values_list("pk", flat=True))

    def decided(self, prescription: Prescription, allowed: Allowed) -> None:
        """A pharmacist may have allowed this just now; the history tells whether it was written."""
        approvals = Event.objects.filter(prescription=prescription, action=Action.APPROVE).count()
        if approvals > self.approvals[prescription.pk]:
            self.approvals[prescription.pk] = approvals
            self.allowed[prescription.pk] = allowed

    def answers(self, order: Any) -> None:
        """A pharmacist may have answered for the order just now; the table tells."""
        for answer in Answer.objects.filter(supply__order_line__order=order, may_leave=True):
            prescription = answer.supply.authorisation.prescription
            self.answered.setdefault(answer.supply_id, 0)
            if answer.pk not in self._known_answers:
                self._known_answers.add(answer.pk)
                self.answered[answer.supply_id] = self.approvals[prescription.pk]

    def pressed(self, user_id: int, patient_id: int) -> None:
        """The customer pressed pay for this patient; an attempt that is new since is for them."""
        for attempt in PaymentAttempt.objects.filter(user=user_id):
            self.wanted_for.setdefault(attempt.pk, patient_id)

    def _see_placed(self, order: Any) -> None:
        for prescription in _prescriptions_of(order):
            if prescription.patient_id in self._removed:
                self.broken.append(f"order {order.number} is for a patient who was removed")

    def _reasons(self, order: Any) -> Iterator[str]:
        attempt = PaymentAttempt.objects.get(order=order)
        if attempt.captured_minor and not attempt.left_minor:
            yield "all of its money went back"
        lines = order.lines.select_related("supply__authorisation__prescription")
        kept = [line for line in lines if not line.is_taken_out]
        if any(packs_refunded(line.pk) >= line.quantity for line in kept):
            yield "all packs of a line were paid back"
        yield from self._not_covered([line.supply for line in kept])

    def _not_covered(self, supplies: list[Supply]) -> Iterator[str]:
        units: Counter[tuple[int, Strength]] = Counter()
        for supply in supplies:
            prescription = supply.authorisation.prescription
            if prescription.status not in IN_FORCE:
                yield "its prescription is not in force"
            if self.answered.get(supply.pk) != self.approvals[prescription.pk]:
                units[prescription.pk, supply.order_line.strength] += supply.units
        for (prescription_id, strength), count in units.items():
            if count > self.allowed[prescription_id].get(strength, 0):
                yield "what is allowed now does not cover it"


def _prescriptions_of(order: Any) -> list[Prescription]:
    supplies = Prescription.objects.filter(authorisations__supply_rows__order_line__order=order)
    return list(supplies.distinct())
