"""What a schedule starts with, and where it stands: people, stock, Stripe and its post."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from oscar.apps.address.models import Country
from oscar.apps.order.models import Order
from oscar.apps.partner.models import Partner, StockRecord

from catalogue import recorded
from catalogue.amounts import DoseForm
from catalogue.models import Medicine, Product, ProductClass
from shop.accounts.models import User
from shop.basket.models import Basket
from shop.demo.stripe.server import Emulator
from shop.partner.strategy import Selector
from shop.patients.models import Patient
from shop.payments.models import (
    Dispute,
    PaymentAttempt,
    Reconciliation,
    Refund,
    RefundLine,
    StripeEvent,
    StripeOperation,
)
from shop.prescriptions.models import Prescription
from tests.campaign.processes import Done, InThisProcess, Job, Kill, Shop, Surroundings
from tests.campaign.witness import Witness
from tests.conftest import (
    add_patient,
    approve,
    let_the_log_know,
    make_pharmacist,
    make_user,
    mg,
    send_prescription,
)
from tests.signed import sign, speak_of
from tests.stocked import stocked

# In the order in which they may go.
PAYMENTS = (
    RefundLine,
    StripeOperation,
    Refund,
    Dispute,
    PaymentAttempt,
    StripeEvent,
    Reconciliation,
)
# By strength in mg and size; no price is whole, so that no sum comes out right by chance.
PRICES = {
    (10, 30): Decimal("17.37"),
    (10, 60): Decimal("33.03"),
    (25, 60): Decimal("41.11"),
}
# Days that an approval lasts: some end in the middle of a schedule.
LASTS = (1, 5, 60, 60)
# Tablets of 10 mg that an approval allows at once.
A_SUPPLY = 60


@dataclass(frozen=True)
class Cast:
    """Packs of each size in stock; for each customer the supplies approved, the pack, the patients.

    Each patient has an approval, which lasts so many days.
    """

    in_stock: int = 5
    supplies: tuple[int, ...] = (2,)
    packs: tuple[int, ...] = (60,)
    patients: tuple[int, ...] = (1, 1)
    days: int = 60


def any_cast(dice: random.Random) -> Cast:
    customers = dice.choice([1, 1, 2])
    return Cast(
        in_stock=dice.choice([1, 2, 5]),
        supplies=tuple(dice.choice([1, 2]) for _ in range(customers)),
        packs=tuple(dice.choice([30, 60]) for _ in range(customers)),
        patients=tuple(dice.choice([1, 1, 2]) for _ in range(customers)),
        days=dice.choice(LASTS),
    )


@dataclass
class Customer:
    user: User
    patients: list[Patient]
    prescriptions: list[Prescription] = field(default_factory=list)
    card_pages: list[str] = field(default_factory=list)
    # What the preview last offered to post.
    form: dict[str, str] = field(default_factory=dict)
    # Where parcels go: the house number in the street.
    house: int = 1

    @property
    def basket(self) -> Any:
        """The open basket; a new one when the last was ordered."""
        basket, _ = Basket.open.get_or_create(owner=self.user)
        basket.strategy = Selector().strategy(user=self.user)
        return basket

    @property
    def attempts(self) -> list[PaymentAttempt]:
        return list(PaymentAttempt.objects.filter(user=self.user).order_by("pk"))


@dataclass
class World:
    """One schedule's own corner of the database, and a Stripe of its own."""

    shop: Shop | InThisProcess
    stripe: Emulator
    customers: list[Customer]
    medicine: Product
    pharmacist: User
    cast: Cast
    clock_ahead: int = 0
    undelivered: list[str] = field(default_factory=list)
    known_events: set[str] = field(default_factory=set)
    story: list[str] = field(default_factory=list)
    is_reconciled: bool = False
    errors: list[str] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    told: Witness = field(default_factory=Witness)

    def run(self, *jobs: Job) -> list[Done]:
        """Run jobs at once; an error that no one expected is remembered."""
        surroundings = Surroundings(self.stripe.base_url, self.clock_ahead)
        done = self.shop.run(*jobs, surroundings=surroundings)
        self.done += done
        for each in done:
            fate = "killed" if each.killed else ("error" if each.error else repr(each.value))
            self.story.append(f"    {each.job.name} {_wish(each.job.kill)}-> {fate}")
            if each.error:
                self.errors.append(f"{each.job.name}: {each.error}")
        return done

    def collect_post(self) -> list[str]:
        """The ids of the events that Stripe has not delivered, oldest first."""
        for event in self.stripe.store.all("event"):
            if event["id"] not in self.known_events:
                self.known_events.add(event["id"])
                self.undelivered.append(event["id"])
        return self.undelivered

    def letter(self, event_id: str) -> bytes:
        return json.dumps(self.stripe.store.get("event", event_id)).encode()

    def advance_clock(self, seconds: int) -> None:
        self.clock_ahead += seconds
        self.stripe.advance_clock(seconds)

    @property
    def orders(self) -> list[Any]:
        users = [customer.user for customer in self.customers]
        return list(Order.objects.filter(user__in=users).order_by("pk"))

    def packs(self) -> list[Product]:
        return list(self.medicine.children.order_by("strength", "units"))


def _wish(kill: Kill | None) -> str:
    return f"(to die {kill.when} commit {kill.commit}) " if kill else ""


class Stage:
    """What all schedules share."""

    def __init__(self) -> None:
        Country.objects.get_or_create(
            iso_3166_1_a2="AU",
            defaults={"printable_name": "Australia", "name": "AUSTRALIA"},
        )
        self.kind = ProductClass.objects.create(name="Medicine", needs_prescription=True)
        let_the_log_know(self.kind)
        self.partner = Partner.objects.create(name="Pharmacy")
        self.pharmacist = make_pharmacist("pharmacist@example.com", number="12345")

    @contextmanager
    def world(self, name: str, cast: Cast, *, shop: Shop | InThisProcess) -> Iterator[World]:
        """A world for one schedule; its Stripe ends with it."""
        medicine = self._medicine(cast.in_stock)
        customers = [
            self._customer(f"{name}-{n}", medicine, cast, n) for n in range(len(cast.supplies))
        ]
        with Emulator(api_key=settings.STRIPE_SECRET_KEY) as stripe:
            world = World(shop, stripe, customers, medicine, self.pharmacist, cast)
            for prescription in (each for customer in customers for each in customer.prescriptions):
                world.told.decided(prescription, {mg(10): A_SUPPLY})
            yield world
        _forget_payments()

    def _medicine(self, in_stock: int) -> Product:
        parent = Product.objects.create(
            structure=Product.PARENT,
            title="Baclofen tablets",
            dose_form=DoseForm.TABLET,
            product_class=self.kind,
            is_discountable=False,
        )
        # Only what has limits is sold, and one folder has them: the worlds before have no use for it.
        Medicine.objects.filter(slug="baclofen").update(slug=f"before-{parent.pk}")
        sign(speak_of(parent).shown)
        for (strength, units), price in PRICES.items():
            pack = Product.objects.create(
                structure=Product.CHILD,
                parent=parent,
                title=f"Baclofen {strength} mg, {units} tablets",
                strength=mg(strength),
                units=units,
                is_discountable=False,
            )
            pack.supply_countries.set(["AU"])
            StockRecord.objects.create(
                product=pack,
                partner=self.partner,
                partner_sku=f"BAC{strength}-{units}-{parent.pk}",
                price=price,
            )
        let_the_log_know(*recorded.family(parent.pk)())
        for record in StockRecord.objects.filter(product__parent=parent).order_by("pk"):
            stocked(record, in_stock)
        return parent

    def _customer(self, name: str, medicine: Product, cast: Cast, place: int) -> Customer:
        user = make_user(f"buyer-{name}@example.com", first_name="Anna")
        patients = [
            add_patient(user, patient_name=f"Robin {number}")
            for number in range(cast.patients[place])
        ]
        customer = Customer(user, patients)
        for patient in patients:
            prescribe(
                customer,
                patient,
                medicine,
                self.pharmacist,
                supplies=cast.supplies[place],
                days=cast.days,
            )
        pack = medicine.children.get(strength=mg(10), units=cast.packs[place])
        customer.basket.add_product(pack, 1)
        return customer


def _forget_payments() -> None:
    """The next world has another Stripe, which knows nothing of these."""
    for model in PAYMENTS:
        model.objects.all().delete()


def prescribe(
    customer: Customer,
    patient: Patient,
    medicine: Product,
    pharmacist: User,
    *,
    supplies: int,
    days: int,
) -> None:
    """One more approved prescription."""
    prescription = send_prescription(customer.user, medicine, patient=patient)
    approve(
        prescription,
        medicine,
        by=pharmacist,
        units=A_SUPPLY,
        supplies=supplies,
        valid_until=timezone.localdate() + datetime.timedelta(days=days),
    )
    customer.prescriptions.append(prescription)
