"""People, medicines and prescriptions that the tests start from."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import pytest_django
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model
from django.template import Context
from django.template.base import Template
from django.test import TransactionTestCase
from django.test.signals import template_rendered
from django.utils import timezone
from oscar.apps.address.models import Country
from oscar.apps.partner.models import Partner, StockRecord
from pytest_django.live_server_helper import LiveServer

from catalogue import recorded
from catalogue.amounts import DoseForm, Strength
from catalogue.models import Product, ProductClass
from shop.accounts import roles
from shop.accounts.models import PharmacistRegistration, User
from shop.audit import guards, log, states
from shop.basket.models import Basket
from shop.demo.stripe.replies import Reply
from shop.demo.stripe.server import Emulator
from shop.jurisdictions import loading
from shop.jurisdictions.profile import Authenticity
from shop.partner.strategy import Selector
from shop.patients import services as patients
from shop.patients.answers import Answers
from shop.patients.models import Patient, Relation
from shop.prescriptions import sending, services
from shop.prescriptions.authorising import Allowance
from shop.prescriptions.files.intake import Picture
from shop.prescriptions.files.receiving import Upload
from shop.prescriptions.models import Prescription
from shop.prescriptions.sending import Wish
from shop.prescriptions.services import Legal
from shop.review import services as reviews
from shop.review.models import Decision, DecisionKind
from tests.authenticator import register_app, signed_in
from tests.browser import chromium, visitor, visitor_with, window
from tests.demo.stripe.stripe_document import check_event, check_reply, check_request
from tests.patients.told import HEALTHY
from tests.quick.rows import KEPT
from tests.quick.worlds import kept
from tests.signed import load_medicines, sign, speak_of
from tests.stocked import stocked

__all__ = ["chromium", "signed_in", "visitor", "visitor_with", "window"]
pytest_plugins = [
    f"tests.quick.{module}"
    for module in (
        *("chromium", "costs", "database", "memory", "noticing", "packing"),
        *("reach", "reading", "waiting"),
    )
]

PASSWORD = "a long enough password"


def empty_the_tables() -> None:
    """Take out all that a test has committed, which the audit's triggers refuse to nobody else.

    Django's own way makes the rows of KEPT anew each time, which takes longer than most tests.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    guards.remove()
    emptied = sorted(set(tables) - KEPT)
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), emptied))
    guards.install()


@pytest.fixture(scope="session", autouse=True)
def tables_are_emptied_quickly() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_the_tables())
        yield


@pytest.fixture(scope="session", autouse=True)
def pages_are_recorded_not_their_parts(django_test_environment: None) -> Iterator[None]:
    """Django's client copies the context of every template: a form alone has a hundred."""

    def render(template: Template, context: Context) -> str:
        is_field = str(template.name).startswith(("forms/", "django/forms/"))
        if context.template is template and not is_field:
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[None]:
    """A killed process or a server's thread may still hold the database when it is to be dropped."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def make_user(email: str, **fields: Any) -> User:
    return User.objects.create_user(email, PASSWORD, **fields)


@kept
def make_customer() -> User:
    return make_user("anna@example.com", first_name="Anna")


@pytest.fixture
def customer(db: None) -> User:
    return make_customer()


@kept
def make_other_customer() -> User:
    return make_user("uma@example.com")


@pytest.fixture
def other_customer(db: None) -> User:
    return make_other_customer()


@kept
def make_staff() -> User:
    roles.create_groups()
    user = make_user("staff@example.com")
    user.is_staff = True
    user.save()
    register_app(user)
    user.groups.add(Group.objects.get(name=roles.SHOP_STAFF))
    let_the_log_know(user)
    return user


@pytest.fixture
def staff(db: None) -> User:
    return make_staff()


@kept
def make_pharmacist(email: str, *, number: str) -> User:
    user = make_user(email, first_name="Nia", last_name="Okafor")
    user.is_staff = True
    user.save()
    register_app(user)
    PharmacistRegistration.objects.create(
        user=user,
        register="Test register",
        number=number,
        valid_until=timezone.localdate() + datetime.timedelta(days=100),
    )
    let_the_log_know(user)
    return user


@pytest.fixture
def pharmacist(db: None) -> User:
    return make_pharmacist("pharmacist@example.com", number="12345")


@kept
def make_superuser() -> User:
    user = User.objects.create_superuser("root@example.com", PASSWORD)
    register_app(user)
    let_the_log_know(user)
    return user


@pytest.fixture
def superuser(db: None) -> User:
    return make_superuser()


@kept
def make_superintendent() -> User:
    roles.create_groups()
    user = make_user("super@example.com")
    user.is_staff = True
    user.save()
    register_app(user)
    user.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))
    let_the_log_know(user)
    return user


@pytest.fixture
def superintendent(db: None) -> User:
    return make_superintendent()


def mg(amount: int) -> Strength:
    """The strength of a tablet."""
    return DoseForm.TABLET.strength(f"{amount} mg")


COUNTRIES = {"AU": "Australia", "US": "United States", "DE": "Germany"}
SUPPLIED_IN = {10: ("AU", "US", "DE"), 25: ("AU", "DE")}


@kept
def make_countries() -> dict[str, Country]:
    return {
        code: Country.objects.get_or_create(
            iso_3166_1_a2=code,
            defaults={"printable_name": name, "name": name.upper()},
        )[0]
        for code, name in COUNTRIES.items()
    }


@pytest.fixture
def countries(db: None) -> dict[str, Country]:
    return make_countries()


@kept
def make_medicine(countries: dict[str, Country]) -> Product:
    kind = ProductClass.objects.create(name="Prescription medicine", needs_prescription=True)
    parent = Product.objects.create(
        structure=Product.PARENT,
        title="Baclofen tablets",
        product_class=kind,
        dose_form=DoseForm.TABLET,
        is_discountable=False,
    )
    sign(speak_of(parent).shown)
    partner = Partner.objects.create(name="Pharmacy")
    for strength, codes in SUPPLIED_IN.items():
        for units in (30, 60):
            pack = Product.objects.create(
                structure=Product.CHILD,
                parent=parent,
                title=f"Baclofen {strength} mg, {units} tablets",
                strength=mg(strength),
                units=units,
                is_discountable=False,
            )
            pack.supply_countries.set([countries[code] for code in codes])
            StockRecord.objects.create(
                product=pack,
                partner=partner,
                partner_sku=f"BAC{strength}-{units}",
                price=Decimal("0.60") * units,
            )
    let_the_log_know(*recorded.classes(), *recorded.family(parent.pk)())
    for record in StockRecord.objects.filter(product__parent=parent).order_by("pk"):
        stocked(record, 5)
    return parent


@pytest.fixture
def medicine(countries: dict[str, Country]) -> Product:
    """Baclofen tablets, 10 mg and 25 mg in packs of 30 and 60, five of each in stock."""
    return make_medicine(countries)


@kept
def make_baclofen() -> Product:
    load_medicines("baclofen", packs=True)
    return Product.objects.get(title="Baclofen tablets")


@pytest.fixture
def baclofen(db: None) -> Product:
    """The product of the shipped baclofen folder, with its content and its packs."""
    return make_baclofen()


def let_the_log_know(*rows: Model) -> None:
    """Record rows that decide and that a test has written itself, as the shop would have."""
    for row in rows:
        states.record(row, "test.change", actor=log.SYSTEM)


def pack_of(medicine: Product, strength: int, units: int) -> Product:
    return medicine.children.get(strength=mg(strength), units=units)


@kept
def _filled(user: User | None, packs: tuple[Product, ...], quantity: int) -> Basket:
    basket = Basket.objects.create(owner=user)
    basket.strategy = Selector().strategy()
    for pack in packs:
        basket.add_product(pack, quantity)
    return basket


def basket_with(user: User | None, *packs: Product, quantity: int = 1) -> Basket:
    basket = _filled(user, packs, quantity)
    basket.strategy = Selector().strategy()
    return basket


def patient_answers(**changes: Any) -> Answers:
    """All answers of one patient, given today."""
    answers = Answers(
        patient_name="Robin Example",
        date_of_birth=datetime.date(1968, 3, 14),
        address="3 Sample Lane, Sydney",
        state="NSW",
        postcode="2000",
        country="AU",
        sex_at_birth="male",
        **HEALTHY,
        other_medicines="ramipril",
    )
    dates = changes.pop("dates", {})
    answers = answers.but(**changes)
    return answers.but(dates=dict.fromkeys(answers.values, timezone.localdate()) | dates)


@kept
def add_patient(user: User, **changes: Any) -> Patient:
    patient = Patient(user=user, relation=changes.pop("relation", Relation.SELF))
    patients.keep(patient, answers=patient_answers(**changes))
    return patient


@kept
def send_prescription(
    user: User,
    medicine: Product,
    *,
    strength: int = 10,
    patient: Patient | None = None,
    answers: Answers | None = None,
    paper: bytes = b"as sent",
) -> Prescription:
    """A prescription as the customer sends it, with one page; of somebody who takes it already."""
    said = answers or (patient.answers if patient else patient_answers())
    return sending.submit(
        by=user,
        patient=patient,
        answers=said.but(taking=said["taking"] or "elsewhere"),
        wishes=[Wish(medicine_id=medicine.pk, strength=mg(strength), units=60)],
        uploads=[Upload(data=paper, pictures=(Picture(b"a picture", 10, 10),))],
    )


@kept
def approve(
    prescription: Prescription, medicine: Product, *, by: User, **allowed: Any
) -> Prescription:
    """Take the prescription for review, and approve it."""
    services.claim(prescription, by=by)
    return decide_to_approve(prescription, medicine, by=by, **allowed)


@kept
def decide_to_approve(
    prescription: Prescription,
    medicine: Product,
    *,
    by: User,
    strength: int = 10,
    units: int = 60,
    supplies: int = 1,
    valid_until: datetime.date | None = None,
    units_a_day: Fraction | None = None,
    country: str = "",
) -> Prescription:
    today = timezone.localdate()
    services.approve(
        prescription,
        by=by,
        allowances=[
            Allowance(
                medicine.pk, mg(strength), units, supplies, "One three times a day", units_a_day
            )
        ],
        legal=Legal(
            prescriber="Dr M. Sample",
            issued_on=today,
            authenticity=Authenticity.PRESCRIBER_CONFIRMED,
            valid_until=valid_until or today + datetime.timedelta(days=30),
        ),
    )
    decision = Decision(
        prescription=prescription,
        kind=DecisionKind.APPROVED,
        frozen={
            "transcription": {"prescriber": "Dr M. Sample", "issued_on": today.isoformat()},
            "alerts": [],
        },
        country=country or prescription.answers.country or "AU",
        profile="demo",
        profile_digest="not read",
        decided_by=by,
        registration=prescription.decided_registration,
    )
    signatory = reviews.Signatory(by, prescription.decided_registration)
    reviews.keep(decision, "decision.approved", signatory)
    return prescription


@pytest.fixture
def prescription(customer: User, medicine: Product) -> Prescription:
    """Sent in, waiting for a pharmacist."""
    return send_prescription(customer, medicine)


@pytest.fixture
def approved(prescription: Prescription, medicine: Product, pharmacist: User) -> Prescription:
    """Approved for 60 tablets of 10 mg, once."""
    return approve(prescription, medicine, by=pharmacist)


Repeats = Callable[..., None]


@pytest.fixture
def repeats(monkeypatch: pytest.MonkeyPatch) -> Repeats:
    """Sets when a repeat is due: after so many percent, or so many days before it runs out."""

    def change(**values: int) -> None:
        names = {"percent": "repeat_after_percent", "margin": "repeat_margin_days"}
        profile = loading.current()
        changed = {
            names[name]: replace(getattr(profile, names[name]), value=value)
            for name, value in values.items()
        }
        monkeypatch.setattr(loading, "current", lambda: replace(profile, **changed))

    return change


@pytest.fixture
def stripe(settings: Any) -> Iterator[Emulator]:
    """A Stripe of our own, which the shop is pointed at.

    What it is asked, what it answers and what it tells must be as Stripe's document has it.
    """
    replies: list[tuple[str, str, Reply]] = []
    with Emulator(
        port=0,
        webhook_secret=settings.STRIPE_WEBHOOK_SECRETS[0],
        api_key=settings.STRIPE_SECRET_KEY,
    ) as emulator:
        settings.STRIPE_API_BASE = emulator.base_url
        emulator.watch_replies(lambda *reply: replies.append(reply))
        yield emulator
        for request in emulator.requests:
            check_request(request.method, request.path, request.params)
        for method, path, reply in replies:
            check_reply(method, path, reply.status, reply.document)
        for event in emulator.store.all("event"):
            check_event(event)


@pytest.fixture
def live_shop(live_server: LiveServer, stripe: Emulator, settings: Any) -> str:
    """The address of the shop on a real port, with a Stripe that tells it what happens."""
    settings.SITE_URL = live_server.url
    stripe.webhook_url = f"{live_server.url}/payments/stripe/"
    # Its table is not one of a model's, so nothing else empties it between tests.
    cache.clear()
    return live_server.url
