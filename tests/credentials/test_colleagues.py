"""Nobody sets another's password; who takes a second factor away takes the rights with it."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Product
from shop.accounts import roles
from shop.accounts.models import PharmacistRegistration, User
from shop.accounts.roles import is_superintendent, may_read_audit, may_read_register
from shop.audit.models import Entry
from shop.credentials import colleagues
from shop.mailing.models import Email
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from tests.accounts.signing_in import REGISTER, actions, is_signed_in, with_password
from tests.authenticator import code_now, let_proof_age, register_app, write_recovery_codes
from tests.conftest import PASSWORD, make_pharmacist, make_user, signed_in

QUEUE = reverse("admin:prescription-queue")


@pytest.fixture
def second_pharmacist(pharmacist: User) -> User:
    return make_pharmacist("second@example.com", number="222")


@pytest.fixture
def third_pharmacist(pharmacist: User) -> User:
    return make_pharmacist("third@example.com", number="333")


def page_of(name: str, user: User) -> str:
    return reverse(f"admin:account-{name}", args=[user.pk])


def take_away(by: Client, user: User, **typed: str) -> HttpResponse:
    return by.post(page_of("factor", user), {"reason": "lost", **typed}, follow=True)


def say_who(by: User, about: User, **typed: str) -> HttpResponse:
    return signed_in(by).post(page_of("identity", about), {"seen": "on", **typed}, follow=True)


def messages_to(address: str) -> list[str]:
    return [
        email.code
        for email in Email.objects.select_related("user").order_by("pk")
        if (email.address or email.user.email) == address
    ]


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.fixture
def taken(superintendent: User, pharmacist: User, second_pharmacist: User) -> User:
    """A pharmacist whose app was taken away, among three with clinical rights."""
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=1), tick=True):
        take_away(signed_in(superintendent), pharmacist)
    return again(pharmacist)


class TestPasswords:
    @pytest.mark.parametrize("person", ["superuser", "superintendent"])
    def test_no_page_sets_anothers(
        self, person: str, pharmacist: User, request: pytest.FixtureRequest
    ) -> None:
        client = signed_in(request.getfixturevalue(person))
        page = reverse("admin:accounts_user_change", args=[pharmacist.pk])
        new = {"password": "x", "password1": "a new long one", "password2": "a new long one"}

        client.post(f"/admin/accounts/user/{pharmacist.pk}/password/", new)
        client.post(page, {"email": pharmacist.email, "is_active": "on", **new})

        assert again(pharmacist).check_password(PASSWORD)
        assert "password" not in client.get(page).context["adminform"].form.fields

    @pytest.mark.parametrize("person", ["superuser", "superintendent"])
    def test_a_link_is_sent_instead(
        self, person: str, pharmacist: User, request: pytest.FixtureRequest
    ) -> None:
        by = request.getfixturevalue(person)
        client = signed_in(by)
        assert (
            page_of("link", pharmacist)
            in client.get(
                reverse("admin:accounts_user_change", args=[pharmacist.pk])
            ).content.decode()
        )

        client.post(page_of("link", pharmacist))

        assert [each.to for each in mail.outbox] == [[pharmacist.email]]
        assert "/accounts/password/reset/key/" in str(mail.outbox[0].body)
        entry = Entry.objects.get(action="account.link_sent")
        assert (entry.actor_id, entry.subject_key) == (by.pk, str(pharmacist.pk))
        assert again(pharmacist).check_password(PASSWORD)

    @pytest.mark.parametrize("person", ["staff", "pharmacist", "customer"])
    def test_others_send_none(
        self, person: str, other_customer: User, request: pytest.FixtureRequest
    ) -> None:
        signed_in(request.getfixturevalue(person)).post(page_of("link", other_customer))

        assert mail.outbox == []

    def test_opening_the_address_sends_none(self, superuser: User, pharmacist: User) -> None:
        assert signed_in(superuser).get(page_of("link", pharmacist)).status_code == 405
        assert mail.outbox == []

    @pytest.mark.django_db(transaction=True)
    def test_an_account_made_for_somebody_has_none_until_they_choose_it(
        self, superuser: User
    ) -> None:
        typed = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
        signed_in(superuser).post(reverse("admin:accounts_user_add"), typed)

        user = User.objects.get(email="new@example.com")
        assert not user.has_usable_password()
        entry = Entry.objects.get(action="account.made")
        assert (entry.actor_id, entry.subject_key) == (superuser.pk, str(user.pk))
        link = re.search(r"http://[^/]+(/\S+)", str(mail.outbox[-1].body))
        assert link
        form = Client().get(link[1], follow=True)
        assert "Choose a new password" in form.content.decode()

    def test_the_admins_own_page_for_it_leads_to_the_one_that_records(
        self, superuser: User
    ) -> None:
        answer = signed_in(superuser).get(reverse("admin:password_change"))

        assert answer["Location"] == reverse("account_change_password")

    def test_the_list_is_not_narrowed_by_a_hash(self, superuser: User) -> None:
        url = reverse("admin:accounts_user_changelist")

        assert signed_in(superuser).get(f"{url}?password__startswith=a").status_code == 400

    def test_no_command_sets_one(self, pharmacist: User) -> None:
        with pytest.raises(CommandError, match="Nobody sets another's password"):
            call_command("changepassword", pharmacist.email)


@pytest.mark.parametrize("person", ["superuser", "superintendent"])
def test_a_colleagues_new_address_is_recorded_and_told_to_both(
    person: str, pharmacist: User, request: pytest.FixtureRequest
) -> None:
    by = request.getfixturevalue(person)
    EmailAddress.objects.create(
        user=pharmacist, email=pharmacist.email, verified=True, primary=True
    )
    old, new = pharmacist.email, "taken@example.com"

    url = reverse("admin:accounts_user_change", args=[pharmacist.pk])
    signed_in(by).post(url, {"email": new, "is_active": "on", "is_staff": "on"})

    assert again(pharmacist).email == new
    assert messages_to(old) == messages_to(new) == ["account_changed"]
    entry = Entry.objects.get(action="account.email")
    assert (entry.actor_id, entry.subject_key) == (by.pk, str(pharmacist.pk))
    addresses = EmailAddress.objects.values_list("email", "verified", "primary")
    assert list(addresses) == [(new, False, True)]


@pytest.mark.parametrize("has_app", [False, True])
def test_rights_rest_when_the_new_address_could_register_the_first_app(
    superuser: User, pharmacist: User, second_pharmacist: User, *, has_app: bool
) -> None:
    if not has_app:
        Authenticator.objects.filter(user=pharmacist).delete()
    url = reverse("admin:accounts_user_change", args=[pharmacist.pk])

    typed = {"email": "taken@example.com", "is_active": "on", "is_staff": "on"}
    signed_in(superuser).post(url, typed)
    register_app(pharmacist)

    assert again(pharmacist).is_pharmacist is has_app
    asked = [] if has_app else ["identity_question"]
    assert messages_to(second_pharmacist.email) == asked


class TestTakingAFactorAway:
    def test_every_session_ends_and_the_person_is_told(
        self, superintendent: User, pharmacist: User
    ) -> None:
        write_recovery_codes(pharmacist)
        session = signed_in(pharmacist)

        answer = take_away(signed_in(superintendent), pharmacist)

        assert "taken away" in answer.content.decode()
        assert not Authenticator.objects.filter(user=pharmacist).exists()
        assert session.get(QUEUE).status_code == 302
        assert not is_signed_in(session)
        assert with_password(pharmacist).get("/admin/")["Location"] == REGISTER
        entry = Entry.objects.get(action="account.factor_taken")
        assert (entry.actor_id, entry.subject_key) == (superintendent.pk, str(pharmacist.pk))
        assert entry.details == {"reason": "lost"}
        assert messages_to(pharmacist.email) == ["account_changed"]

    @pytest.mark.parametrize("typed", [{"reason": ""}, {"reason": "because"}])
    def test_not_without_a_reason(
        self, superintendent: User, pharmacist: User, typed: dict[str, str]
    ) -> None:
        take_away(signed_in(superintendent), pharmacist, **typed)

        assert Authenticator.objects.filter(user=pharmacist).exists()

    def test_an_old_code_is_not_enough(self, superintendent: User, pharmacist: User) -> None:
        client = let_proof_age(signed_in(superintendent), minutes=30)

        page = take_away(client, pharmacist)

        assert 'name="proof-code"' in page.content.decode()
        assert Authenticator.objects.filter(user=pharmacist).exists()

    def test_a_fresh_code_beside_it_is(self, superintendent: User, pharmacist: User) -> None:
        client = let_proof_age(signed_in(superintendent), minutes=30)

        take_away(client, pharmacist, **{"proof-code": code_now()})

        assert not Authenticator.objects.filter(user=pharmacist).exists()

    @pytest.mark.parametrize("person", ["superuser", "staff", "pharmacist", "customer"])
    def test_nobody_else_does(self, person: str, request: pytest.FixtureRequest) -> None:
        other = make_user("other@example.com")
        register_app(other)
        client = signed_in(request.getfixturevalue(person))

        answers = [client.get(page_of("factor", other)), take_away(client, other)]

        assert all(answer.status_code in (302, 403, 404) for answer in answers)
        assert Authenticator.objects.filter(user=other).exists()

    def test_nobody_takes_their_own(self, superintendent: User) -> None:
        take_away(signed_in(superintendent), superintendent)

        assert Authenticator.objects.filter(user=superintendent).exists()

    def test_an_account_without_an_app_is_left_as_it_is(
        self, superintendent: User, customer: User
    ) -> None:
        answer = take_away(signed_in(superintendent), customer)

        assert "no authenticator app" in answer.content.decode()
        assert again(customer).unconfirmed_since is None
        assert "account.factor_taken" not in actions()


class TestRightsRest:
    def test_until_others_have_confirmed_who_it_is(
        self, taken: User, prescription: Prescription, medicine: Product
    ) -> None:
        client = signed_in(taken)  # With a new app.

        assert client.get(QUEUE).status_code == 404
        assert taken.current_registration is None
        assert "nothing clinical opens" in client.get(reverse("admin:index")).content.decode()
        with pytest.raises(services.NotAllowed):
            services.claim(prescription, by=taken)

    def test_a_superintendents_too(self, superintendent: User) -> None:
        register_app(superintendent)
        colleagues.take_factor(superintendent, reason="lost", by=colleagues.log.SYSTEM)
        user = again(superintendent)

        assert not is_superintendent(user)
        assert not may_read_audit(user)
        assert not may_read_register(user)

    def test_a_role_given_meanwhile_changes_nothing(self, taken: User) -> None:
        taken.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))
        PharmacistRegistration.objects.create(
            user=taken,
            register="Another register",
            number="9",
            valid_until=timezone.localdate() + datetime.timedelta(days=9),
        )

        assert not taken.is_pharmacist
        assert not is_superintendent(taken)

    def test_whoever_can_confirm_is_asked(
        self, taken: User, superintendent: User, second_pharmacist: User, staff: User
    ) -> None:
        assert messages_to(superintendent.email) == ["identity_question"]
        assert messages_to(second_pharmacist.email) == ["identity_question"]
        assert messages_to(staff.email) == []
        email = Email.objects.get(code="identity_question", user=second_pharmacist)
        assert (email.path, email.label) == (page_of("identity", taken), taken.name)

    def test_two_others_give_them_back(
        self, taken: User, superintendent: User, second_pharmacist: User
    ) -> None:
        register_app(taken)

        say_who(superintendent, taken)
        assert not again(taken).is_pharmacist
        say_who(second_pharmacist, taken)

        assert again(taken).is_pharmacist
        assert signed_in(taken).get(QUEUE).status_code == 200
        confirmed = Entry.objects.filter(action="account.identity_confirmed")
        assert {entry.actor_id for entry in confirmed} == {superintendent.pk, second_pharmacist.pk}
        assert Entry.objects.get(action="account.rights_back").subject_key == str(taken.pk)
        assert messages_to(taken.email) == ["account_changed", "account_changed"]

    def test_one_who_says_it_twice_is_one(self, taken: User, superintendent: User) -> None:
        register_app(taken)

        say_who(superintendent, taken)
        say_who(superintendent, taken)

        assert not again(taken).is_pharmacist

    def test_nobody_says_it_of_themselves(self, taken: User, superintendent: User) -> None:
        register_app(taken)
        say_who(superintendent, taken)

        assert say_who(taken, taken).status_code == 404

        assert not again(taken).is_pharmacist

    @pytest.mark.parametrize("person", ["staff", "superuser", "customer"])
    def test_nor_does_anybody_without_clinical_rights(
        self, person: str, taken: User, request: pytest.FixtureRequest
    ) -> None:
        register_app(taken)

        answer = say_who(request.getfixturevalue(person), taken)

        assert answer.status_code in (403, 404)
        assert not again(taken).confirmed_by.exists()

    def test_nor_does_an_account_made_for_the_occasion(
        self, taken: User, superintendent: User
    ) -> None:
        register_app(taken)
        say_who(superintendent, taken)
        with time_machine.travel(timezone.now() + datetime.timedelta(minutes=2), tick=True):
            made = make_pharmacist("made@example.com", number="777")
            assert say_who(made, taken).status_code == 404

        assert not again(taken).is_pharmacist

    def test_who_lost_the_rights_since_does_not_count(
        self, taken: User, superintendent: User, second_pharmacist: User, third_pharmacist: User
    ) -> None:
        register_app(taken)
        say_who(second_pharmacist, taken)
        PharmacistRegistration.objects.filter(user=second_pharmacist).update(
            valid_until=timezone.localdate() - datetime.timedelta(days=1)
        )

        say_who(superintendent, taken)

        assert not again(taken).is_pharmacist

    def test_not_before_a_new_app_is_registered(self, taken: User, superintendent: User) -> None:
        page = say_who(superintendent, taken)

        assert "No new app is registered yet" in page.content.decode()
        assert not again(taken).confirmed_by.exists()

    @pytest.mark.parametrize("typed", [{"seen": ""}])
    def test_not_without_having_seen_them(
        self, taken: User, superintendent: User, typed: dict[str, str]
    ) -> None:
        register_app(taken)

        say_who(superintendent, taken, **typed)

        assert not again(taken).confirmed_by.exists()

    def test_not_with_an_old_code(self, taken: User, superintendent: User) -> None:
        register_app(taken)
        client = let_proof_age(signed_in(superintendent), minutes=30)

        client.post(page_of("identity", taken), {"seen": "on"})
        assert not again(taken).confirmed_by.exists()

        cache.clear()
        client.post(page_of("identity", taken), {"seen": "on", "proof-code": code_now()})
        assert again(taken).confirmed_by.get() == superintendent

    def test_taken_away_again_all_is_asked_anew(self, taken: User, superintendent: User) -> None:
        register_app(taken)
        say_who(superintendent, taken)

        take_away(signed_in(superintendent), taken)

        assert not again(taken).confirmed_by.exists()


@pytest.fixture
def alone(pharmacist: User, settings: Any) -> User:
    """A pharmacy of one: the superintendent is the only pharmacist."""
    roles.create_groups()
    pharmacist.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))
    settings.PHARMACY = {**settings.PHARMACY, "email": "desk@quay.example"}
    return pharmacist


def on_the_server(*command: str) -> str:
    said = io.StringIO()
    call_command(*command, stdout=said)
    return said.getvalue()


class TestPharmacyOfOne:
    def test_the_whole_way_from_a_lost_phone(self, alone: User, staff: User) -> None:
        on_the_server("remove_second_factor", alone.email, "lost")
        client = with_password(alone)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        key = client.get(REGISTER).context["form"].secret
        client.post(REGISTER, {"code": code_now(key=key)})
        assert not again(alone).is_pharmacist

        assert "all rights back" in on_the_server("confirm_identity", alone.email)

        assert again(alone).is_pharmacist
        assert is_superintendent(again(alone))

    def test_each_step_is_recorded_and_told_to_person_and_pharmacy(self, alone: User) -> None:
        on_the_server("remove_second_factor", alone.email, "lost")
        register_app(alone)
        on_the_server("confirm_identity", alone.email)

        assert actions() == [
            "account.factor_taken",
            "account.identity_confirmed",
            "account.rights_back",
        ]
        of_account = Entry.objects.filter(subject_type="account")
        assert {entry.actor_role for entry in of_account} == {"system"}
        assert messages_to("desk@quay.example") == ["done_on_server", "done_on_server"]
        assert messages_to(alone.email) == ["account_changed", "account_changed"]

    def test_the_command_waits_for_the_new_app(self, alone: User) -> None:
        on_the_server("remove_second_factor", alone.email, "lost")

        with pytest.raises(CommandError, match="No new app is registered yet"):
            on_the_server("confirm_identity", alone.email)

    def test_the_command_is_refused_where_two_others_can(
        self, taken: User, superintendent: User
    ) -> None:
        register_app(taken)

        with pytest.raises(CommandError, match=superintendent.email):
            on_the_server("confirm_identity", taken.email)

        assert not again(taken).is_pharmacist

    def test_with_one_other_it_is_the_command_that_can(
        self, superintendent: User, pharmacist: User
    ) -> None:
        on_the_server("remove_second_factor", pharmacist.email, "broken")
        register_app(pharmacist)

        on_the_server("confirm_identity", pharmacist.email)

        assert again(pharmacist).is_pharmacist

    def test_nothing_is_confirmed_where_nothing_is_asked(self, alone: User) -> None:
        with pytest.raises(CommandError, match="Nothing has to be confirmed"):
            on_the_server("confirm_identity", alone.email)

    def test_an_account_without_an_app_has_none_to_take(self, customer: User) -> None:
        with pytest.raises(CommandError, match="no authenticator app"):
            on_the_server("remove_second_factor", customer.email, "lost")
