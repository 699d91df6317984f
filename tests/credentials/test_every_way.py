"""Every way in which somebody's credentials change × who may: recorded and told, or nothing at all.

A page, an admin action, a command or a signal of allauth that this list does not know fails.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from allauth.account import signals as of_accounts
from allauth.account.models import EmailAddress
from allauth.mfa import signals as of_factors
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core import mail
from django.core.management import CommandError, call_command, get_commands
from django.dispatch import Signal
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from shop.accounts import roles
from shop.accounts.models import PharmacistRegistration, SignIn, User, sign_in_changing
from shop.audit import live_rows, log, states
from shop.audit.models import Entry
from shop.credentials import colleagues
from shop.credentials.signals import RECEIVERS
from tests.authenticator import code_now, register_app, sign_in
from tests.conftest import PASSWORD, let_the_log_know, make_pharmacist, make_user, signed_in
from tests.site.addresses import every_address

ROOT = Path(__file__).resolve().parent.parent.parent
NEW = "another long password"
SECOND = "second@home.example"


@dataclass
class Scene:
    """Who acts, in which browser, and whose account it is."""

    by: User | None
    client: Client
    about: User

    def confirm_password(self) -> None:
        self.client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    def add_second_address(self) -> None:
        EmailAddress.objects.create(user=self.about, email=SECOND, verified=True)


@dataclass(frozen=True)
class Way:
    """One way: its page or command, who may go it, what the log says, and who is told."""

    place: str
    may: frozenset[str]
    go: Callable[[Scene], None]
    action: str
    told: tuple[str, ...] = ("{email}",)
    own: bool = True

    def __str__(self) -> str:
        return f"{self.place} {self.action}"


def change_password(scene: Scene) -> None:
    typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    scene.client.post(reverse("account_change_password"), typed)


def set_first_password(scene: Scene) -> None:
    """For an account without one, that came in by another way."""
    with sign_in_changing(scene.about, by=log.SYSTEM):
        scene.about.set_unusable_password()
        scene.about.save()
    if scene.by:
        sign_in(scene.client, scene.about)
    scene.client.post(reverse("account_set_password"), {"password1": NEW, "password2": NEW})


def reset_password(scene: Scene) -> None:
    scene.client.post(reverse("account_reset_password"), {"email": scene.about.email})
    link = re.search(r"http://[^/]+(/\S+)", str(mail.outbox.pop().body))
    assert link
    form = scene.client.get(link[1], follow=True).redirect_chain[-1][0]
    scene.client.post(form, {"password1": NEW, "password2": NEW})


def sign_up(scene: Scene) -> None:
    scene.client.post(reverse("account_signup"), {"email": SECOND, "password1": PASSWORD})


def add_address(scene: Scene) -> None:
    scene.confirm_password()
    scene.client.post(reverse("account_email"), {"action_add": "", "email": SECOND})


def write_to_another(scene: Scene) -> None:
    scene.add_second_address()
    scene.confirm_password()
    scene.client.post(reverse("account_email"), {"action_primary": "", "email": SECOND})


def take_address_off(scene: Scene) -> None:
    scene.add_second_address()
    scene.confirm_password()
    scene.client.post(reverse("account_email"), {"action_remove": "", "email": SECOND})


def confirm_address(scene: Scene) -> None:
    address = EmailAddress.objects.create(user=scene.about, email=SECOND)
    link = address.send_confirmation().key
    mail.outbox.clear()
    scene.client.post(reverse("account_confirm_email", args=[link]))


def register(scene: Scene) -> None:
    scene.confirm_password()
    page = scene.client.get(reverse("mfa_activate_totp"))
    if page.status_code == 200:
        code = code_now(key=page.context["form"].secret)
        scene.client.post(reverse("mfa_activate_totp"), {"code": code})


def give_app_up(scene: Scene) -> None:
    register_app(scene.about)
    scene.confirm_password()
    scene.client.post(reverse("mfa_deactivate_totp"))


def make_recovery_codes(scene: Scene) -> None:
    scene.confirm_password()
    scene.client.post(reverse("mfa_generate_recovery_codes"), {"code": code_now()})


def close(scene: Scene) -> None:
    scene.client.post(reverse("account-close"), {"password": PASSWORD})


def send_link(scene: Scene) -> None:
    scene.client.post(reverse("admin:account-link", args=[scene.about.pk]))


def change_colleague(scene: Scene, **changes: Any) -> None:
    typed = {"email": scene.about.email, "is_active": "on", "is_staff": "on", **changes}
    scene.client.post(reverse("admin:accounts_user_change", args=[scene.about.pk]), typed)


def change_colleagues_address(scene: Scene) -> None:
    change_colleague(scene, email=SECOND)


def make_account(scene: Scene) -> None:
    scene.client.post(reverse("admin:accounts_user_add"), {"email": SECOND})


def take_factor(scene: Scene) -> None:
    address = reverse("admin:account-factor", args=[scene.about.pk])
    scene.client.post(address, {"reason": "lost"})


def confirm_identity(scene: Scene) -> None:
    """The second of two who confirm."""
    first = make_pharmacist("first@example.com", number="111")
    Authenticator.objects.update(created_at=timezone.now() - datetime.timedelta(days=1))
    let_the_log_know(*SignIn.objects.all())
    colleagues.take_factor(scene.about, reason="lost", by=log.SYSTEM)
    register_app(scene.about)
    colleagues.confirm(scene.about, by=first)
    address = reverse("admin:account-identity", args=[scene.about.pk])
    scene.client.post(address, {"seen": "on"})


def register_pharmacist(scene: Scene) -> None:
    day = timezone.localdate() + datetime.timedelta(days=1)
    typed = {"user": scene.about.pk, "register": "R", "number": "7", "valid_until": str(day)}
    scene.client.post(reverse("admin:accounts_pharmacistregistration_add"), typed)


def change_registration(scene: Scene) -> None:
    registration = PharmacistRegistration.objects.get(user=scene.about)
    day = timezone.localdate() + datetime.timedelta(days=9)
    typed = {"user": scene.about.pk, "register": "R", "number": "7", "valid_until": str(day)}
    name = "admin:accounts_pharmacistregistration_change"
    scene.client.post(reverse(name, args=[registration.pk]), typed)


def by_command(*words: str) -> Callable[[Scene], None]:
    def go(scene: Scene) -> None:
        said = [word.format(email=scene.about.email) for word in words]
        call_command(*said, stdout=io.StringIO())

    return go


def confirm_by_command(scene: Scene) -> None:
    """Where nobody else has clinical rights."""
    User.objects.exclude(pk=scene.about.pk).update(is_staff=False)
    colleagues.take_factor(scene.about, reason="lost", by=log.SYSTEM)
    register_app(scene.about)
    call_command("confirm_identity", scene.about.email, stdout=io.StringIO())


def try_to_set_by_command(scene: Scene) -> None:
    with suppress(CommandError):
        call_command("changepassword", scene.about.email)


def make_superuser_by_command(scene: Scene) -> None:
    call_command("createsuperuser", email=SECOND, interactive=False, stdout=io.StringIO())


PEOPLE = ("anonymous", "customer", "staff", "pharmacist", "superuser", "superintendent")
WITH_ACCOUNT = frozenset(PEOPLE) - {"anonymous"}
WORKS_HERE = WITH_ACCOUNT - {"customer"}
OVER_ACCOUNTS = frozenset({"superuser", "superintendent"})
STRANGER = frozenset({"anonymous"})

SERVER = frozenset({"server"})
NOBODY: frozenset[str] = frozenset()
BOTH = ("{email}", SECOND)

WAYS = (
    # One's own account.
    Way("account_change_password", WITH_ACCOUNT, change_password, "account.password"),
    Way("account_set_password", WITH_ACCOUNT, set_first_password, "account.password"),
    Way("account_reset_password_from_key", frozenset(PEOPLE), reset_password, "account.password"),
    Way("account_signup", STRANGER, sign_up, "account.made", (SECOND,)),
    # Whoever has an app adds no address: allauth would send codes there one day.
    Way("account_email", frozenset({"customer"}), add_address, "account.email_added"),
    Way("account_email", WITH_ACCOUNT, write_to_another, "account.email", BOTH),
    Way("account_email", WITH_ACCOUNT, take_address_off, "account.email_removed", BOTH),
    Way("account_confirm_email", frozenset(PEOPLE), confirm_address, "account.email_confirmed"),
    Way("mfa_activate_totp", frozenset({"customer"}), register, "account.factor_added"),
    Way("mfa_deactivate_totp", frozenset({"customer"}), give_app_up, "account.factor_removed"),
    Way("mfa_generate_recovery_codes", WORKS_HERE, make_recovery_codes, "account.recovery_codes"),
    Way("account-close", frozenset({"customer"}), close, "account.close"),
    # A colleague's.
    Way("admin:account-link", OVER_ACCOUNTS, send_link, "account.link_sent", own=False),
    Way(
        "admin:accounts_user_change",
        OVER_ACCOUNTS,
        change_colleagues_address,
        "account.email",
        BOTH,
        own=False,
    ),
    Way(
        "admin:accounts_user_change",
        OVER_ACCOUNTS,
        change_colleague,
        "account.roles",
        (),
        own=False,
    ),
    Way(
        "admin:accounts_user_add",
        OVER_ACCOUNTS,
        make_account,
        "account.made",
        (SECOND,),
        own=False,
    ),
    Way(
        "admin:account-factor",
        frozenset({"superintendent"}),
        take_factor,
        "account.factor_taken",
        own=False,
    ),
    Way(
        "admin:account-identity",
        frozenset({"pharmacist", "superintendent"}),
        confirm_identity,
        "account.rights_back",
        own=False,
    ),
    Way(
        "admin:accounts_pharmacistregistration_add",
        frozenset({"superintendent"}),
        register_pharmacist,
        "account.registration",
        (),
        own=False,
    ),
    Way(
        "admin:accounts_pharmacistregistration_change",
        frozenset({"superintendent"}),
        change_registration,
        "account.registration",
        (),
        own=False,
    ),
    # On the server.
    Way(
        "remove_second_factor",
        SERVER,
        by_command("remove_second_factor", "{email}", "lost"),
        "account.factor_taken",
        own=False,
    ),
    Way("confirm_identity", SERVER, confirm_by_command, "account.rights_back", own=False),
    Way(
        "grant_role",
        SERVER,
        by_command("grant_role", "{email}", roles.AUDITOR),
        "account.roles",
        (),
        own=False,
    ),
    Way("changepassword", NOBODY, try_to_set_by_command, "account.password", own=False),
    Way(
        "createsuperuser",
        SERVER,
        make_superuser_by_command,
        "account.made",
        (SECOND,),
        own=False,
    ),
)

# Pages that only ask, tell, lead somewhere else, or sign in and out.
CHANGE_NOTHING = {
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "admin:accounts_pharmacistregistration_changelist",
    "admin:accounts_pharmacistregistration_delete",
    "admin:accounts_pharmacistregistration_history",
    "admin:accounts_user_changelist",
    "admin:accounts_user_delete",
    "admin:accounts_user_history",
    "admin:password_change",
    "admin:password_change_done",
    "mfa_authenticate",
    "mfa_download_recovery_codes",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
}
OF_ACCOUNTS = re.compile(r"(account[_-]|mfa_|admin:(account|auth_|password))")
COMMANDS_THAT_CHANGE_NOTHING = {"account_unsetmultipleprimaryemails"}
SIGNALS_OF_NO_CHANGE = {
    "authenticator_used",
    "authentication_failed",
    "authentication_step_completed",
    "email_confirmation_sent",
    "email_verification_code_rejected",
    "login_code_rejected",
    "password_reset_code_rejected",
    "user_logged_in",
    "user_logged_out",
    # The adapter records these, in the transaction of the change.
    "email_confirmed",
    "password_changed",
    "password_set",
    # Asks whether an address may be added.
    "_add_email",
}


def credentials_of(user: User) -> Any:
    """Everything by which somebody could sign in as the user, or stop them."""
    now = User.objects.get(pk=user.pk)
    return (
        now.password,
        now.email,
        now.is_active,
        now.is_staff,
        set(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)),
        set(Authenticator.objects.filter(user=user).values_list("pk", flat=True)),
    )


@pytest.fixture
def people(
    customer: User, staff: User, pharmacist: User, superuser: User, superintendent: User
) -> dict[str, User]:
    found = {
        "customer": customer,
        "staff": staff,
        "pharmacist": pharmacist,
        "superuser": superuser,
        "superintendent": superintendent,
    }
    for user in found.values():
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return found


@pytest.fixture
def colleague(people: dict[str, User]) -> User:
    return make_pharmacist("colleague@example.com", number="999")


def scene_of(way: Way, person: str, people: dict[str, User], colleague: User) -> Scene:
    by = people.get(person)
    about = (by or make_user("owner@example.com")) if way.own else colleague
    return Scene(by, signed_in(by) if by else Client(), about)


def told_now() -> set[str]:
    return {address for each in mail.outbox for address in each.to}


# On the server there is nobody but who has it.
CASES = [
    pytest.param(way, person, id=f"{way}-{person}")
    for way in WAYS
    for person in (SERVER if way.may == SERVER else PEOPLE)
]


@pytest.mark.parametrize(("way", "person"), CASES)
def test_it_is_recorded_and_told_or_nothing_at_all(
    way: Way,
    person: str,
    people: dict[str, User],
    colleague: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    scene = scene_of(way, person, people, colleague)
    email, before = scene.about.email, credentials_of(scene.about)
    done_before = Entry.objects.filter(action=way.action).count()

    with django_capture_on_commit_callbacks(execute=True):
        way.go(scene)

    is_done = Entry.objects.filter(action=way.action).count() - done_before
    if person in way.may:
        assert is_done == 1
        assert {address.format(email=email) for address in way.told} <= told_now()
    else:
        assert is_done == 0
        if way.go is not set_first_password:
            assert credentials_of(scene.about)[:4] == before[:4]
    assert list(live_rows.findings_of(states.kind_of(SignIn()))) == []


def test_every_page_of_accounts_is_in_the_list() -> None:
    pages = {address.name for address in every_address() if OF_ACCOUNTS.match(address.name)}

    assert pages == {way.place for way in WAYS if way.place in pages} | CHANGE_NOTHING


def test_every_command_on_accounts_is_in_the_list() -> None:
    ours = ("shop.accounts", "shop.credentials", "django.contrib.auth", "allauth")
    commands = {name for name, app in get_commands().items() if str(app).startswith(ours)}

    assert commands == {way.place for way in WAYS if way.place in commands} | (
        COMMANDS_THAT_CHANGE_NOTHING
    )


@pytest.mark.parametrize("model", [User, PharmacistRegistration])
def test_the_admin_has_no_action_on_many_accounts_at_once(model: Any) -> None:
    assert tuple(admin.site.get_model_admin(model).actions) == ()
    assert [name for name, _ in admin.site.actions] == ["delete_selected"]


@pytest.mark.parametrize("module", [of_accounts, of_factors], ids=["account", "mfa"])
def test_every_signal_of_allauth_is_listened_to_or_tells_of_no_change(module: Any) -> None:
    signals = {name for name, found in vars(module).items() if isinstance(found, Signal)}
    listened = {name for name in signals if getattr(module, name) in RECEIVERS}

    assert signals - listened <= SIGNALS_OF_NO_CHANGE


def test_passwords_are_set_where_it_is_recorded_and_nowhere_else() -> None:
    sets = re.compile(r"set_password\(|set_unusable_password\(|make_password\(|\.password = ")
    places = {
        str(path.relative_to(ROOT))
        for path in [*(ROOT / "shop").rglob("*.py"), *(ROOT / "catalogue").rglob("*.py")]
        if sets.search(path.read_text())
    }

    assert places == {
        # A hash of an older kind, when somebody signs in.
        "shop/accounts/models.py",
        "shop/closing/services.py",
        "shop/credentials/adapter.py",
        "shop/credentials/colleagues.py",
        # The made-up people of the demonstration, which a real pharmacy cannot make.
        "shop/demo/people.py",
    }
