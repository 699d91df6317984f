"""The made-up people of the demonstration, one for each role."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.sites.models import Site
from django.db import transaction
from oscar.apps.address.models import UserAddress

from shop import days
from shop.accounts import roles
from shop.accounts.models import PharmacistRegistration, User, sign_in_recorded
from shop.audit import log, states
from shop.demo.authenticator import APP_KEY
from shop.demo.example_patients import create_patients

PASSWORD = "demo-pharmacy-pass"  # noqa: S105
REGISTER = "Demo register"
REGISTRATION_DAYS = 365


class NotADemonstration(Exception):
    """The shop belongs to a real pharmacy, where nobody may sign in with a published password."""


@dataclass(frozen=True)
class Home:
    """Where a demo customer lives, as Oscar names it; the country by ISO 3166-1 alpha-2 code."""

    line1: str
    line4: str
    state: str
    postcode: str
    country_id: str


@dataclass(frozen=True)
class Person:
    """Somebody to sign in as."""

    email: str
    first_name: str
    last_name: str
    part: str
    home: Home | None = None
    group: str = ""
    registration: str = ""

    @property
    def is_staff(self) -> bool:
        return bool(self.group or self.registration)


ANNA = Person(
    email="anna@example.com",
    first_name="Anna",
    last_name="Archer",
    part="customer in Australia",
    home=Home("12 Example Street", "Adelaide", "SA", "5000", "AU"),
)
SOFIA = Person(
    email="super@example.com",
    first_name="Sofia",
    last_name="Lind",
    part="superintendent pharmacist",
    group=roles.SUPERINTENDENT,
    registration="DEMO-2",
)
STAFF = Person(
    email="staff@example.com",
    first_name="Sam",
    last_name="Stone",
    part="shop staff",
    group=roles.SHOP_STAFF,
)
PEOPLE = (
    ANNA,
    Person(
        email="uma@example.com",
        first_name="Uma",
        last_name="Underwood",
        part="customer in the United States",
        home=Home("34 Sample Avenue", "Portland", "OR", "97201", "US"),
    ),
    Person(
        email="pharmacist@example.com",
        first_name="Petra",
        last_name="Finch",
        part="pharmacist",
        registration="DEMO-1",
    ),
    STAFF,
    SOFIA,
)


@transaction.atomic
def create_people() -> None:
    """Create the demo people, or put them back as they were; safe to run again.

    The countries must be there already. Raises NotADemonstration.
    """
    if not settings.IS_DEMO:
        raise NotADemonstration
    roles.create_groups()
    for person in PEOPLE:
        _create(person)
    create_patients()
    address = urlsplit(settings.SITE_URL).netloc
    Site.objects.update_or_create(
        pk=settings.SITE_ID, defaults={"name": settings.OSCAR_SHOP_NAME, "domain": address}
    )


def _create(person: Person) -> None:
    user = _user(person)
    EmailAddress.objects.update_or_create(
        user=user, email=person.email, defaults={"verified": True, "primary": True}
    )
    if person.is_staff:
        _register_app(user)
    if person.group:
        user.groups.add(Group.objects.get(name=person.group))
    if person.registration:
        PharmacistRegistration.objects.update_or_create(
            register=REGISTER,
            number=person.registration,
            defaults={
                "user": user,
                "valid_until": days.at_pharmacy() + datetime.timedelta(days=REGISTRATION_DAYS),
            },
        )
    if person.is_staff:
        states.record(user, "account.demonstration", actor=log.SYSTEM)
    sign_in_recorded(user, by=log.SYSTEM)
    if person.home:
        _move_in(user, person.home)


def _user(person: Person) -> User:
    user, _ = User.objects.update_or_create(
        email=person.email,
        defaults={
            "first_name": person.first_name,
            "last_name": person.last_name,
            "is_staff": person.is_staff,
            "is_superuser": False,
            "is_active": True,
        },
    )
    # A new hash would sign out whoever is signed in.
    if not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save()
    return user


def _register_app(user: User) -> None:
    # A new row would sign out whoever is signed in.
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        data = {"secret": encrypt(APP_KEY)}
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)


def _move_in(user: User, home: Home) -> None:
    if user.addresses.exists():
        return
    UserAddress.objects.create(
        user=user,
        first_name=user.first_name,
        last_name=user.last_name,
        is_default_for_shipping=True,
        **asdict(home),
    )
