"""Whether one person may sign both checks, and how long after each other: the profile says."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import User
from shop.jurisdictions import loading
from shop.jurisdictions.profile import BothChecks
from shop.prescriptions import services as prescriptions
from shop.prescriptions.models import Prescription
from shop.review import services as reviews
from shop.review.both_checks import in_words, pair_problems
from shop.review.forms.sheet import Sheet
from shop.review.models import Check, CheckKind, Decision
from shop.review.services import NotReady
from tests.review.desk import address_of, approve_reviewed, complete

NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
SECOND, MINUTE = datetime.timedelta(seconds=1), datetime.timedelta(minutes=1)


def pair(apart: datetime.timedelta, *, people: tuple[int, int] = (1, 1)) -> list[Check]:
    kinds = (CheckKind.CLINICAL, CheckKind.LEGAL)
    times = (NOW + apart, NOW)
    return [
        Check(kind=kind, signed_by_id=who, signed_at=at)
        for kind, who, at in zip(kinds, people, times, strict=True)
    ]


@pytest.mark.parametrize(
    ("rule", "apart", "people", "is_refused"),
    [
        (BothChecks.AT_ONCE, SECOND, (1, 1), False),
        (BothChecks.AFTER_A_MINUTE, 59 * SECOND, (1, 1), True),
        (BothChecks.AFTER_A_MINUTE, MINUTE, (1, 1), False),
        (BothChecks.AFTER_A_MINUTE, SECOND, (1, 2), False),
        (BothChecks.TWO_PEOPLE, 9 * MINUTE, (1, 1), True),
        (BothChecks.TWO_PEOPLE, SECOND, (1, 2), False),
    ],
)
def test_the_profile_says_who_may_sign_both(
    rule: BothChecks, apart: datetime.timedelta, people: tuple[int, int], *, is_refused: bool
) -> None:
    assert bool(list(pair_problems(rule, pair(apart, people=people)))) is is_refused
    assert not list(pair_problems(rule, pair(apart)[:1]))


@pytest.mark.parametrize(
    ("apart", "people", "words"),
    [
        (SECOND, (1, 1), "One person signed both checks, 1 second apart."),
        (59 * SECOND, (1, 1), "One person signed both checks, 59 seconds apart."),
        (61 * SECOND, (1, 2), "Two people signed the two checks, 1 minute apart."),
        (90 * MINUTE, (1, 2), "Two people signed the two checks, 90 minutes apart."),
    ],
)
def test_the_time_between_is_said(
    apart: datetime.timedelta, people: tuple[int, int], words: str
) -> None:
    assert in_words(pair(apart, people=people)) == words


def under(rule: BothChecks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of this pharmacy are the demonstration's, but for this."""
    demo = loading.current()
    value: Any = replace(demo.both_checks, value=rule)
    monkeypatch.setattr(loading, "current", lambda: replace(demo, both_checks=value))


def sign_both(prescription: Prescription, medicine: Product, by: User) -> None:
    work = Sheet(prescription, complete(prescription, medicine)).work
    for kind in CheckKind:
        reviews.sign(prescription, by=by, kind=kind, work=work)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (BothChecks.AFTER_A_MINUTE, "lets a minute pass"),
        (BothChecks.TWO_PEOPLE, "Two people sign the two checks"),
    ],
)
def test_the_second_signature_of_one_person_is_refused(
    rule: BothChecks,
    words: str,
    prescription: Prescription,
    medicine: Product,
    pharmacist: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    under(rule, monkeypatch)
    prescriptions.claim(prescription, by=pharmacist)

    with pytest.raises(NotReady, match=words):
        sign_both(prescription, medicine, pharmacist)

    assert Check.objects.count() == 1


def test_nor_is_it_approved_on_signatures_that_do_not_stand_together(
    prescription: Prescription,
    medicine: Product,
    pharmacist: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prescriptions.claim(prescription, by=pharmacist)
    sheet = Sheet(prescription, complete(prescription, medicine))
    for form in sheet.allowances:
        form.is_valid()
    sign_both(prescription, medicine, pharmacist)
    profile = sheet.work.case.profile
    strict: Any = replace(profile.both_checks, value=BothChecks.TWO_PEOPLE)
    case = replace(sheet.work.case, profile=replace(profile, both_checks=strict))

    with pytest.raises(NotReady, match="Two people"):
        reviews.approve(
            prescription,
            by=pharmacist,
            work=replace(sheet.work, case=case),
            approval=sheet.approval(),
        )

    assert not Decision.objects.exists()


def test_a_pharmacy_of_one_supplies_and_the_time_between_is_kept(
    prescription: Prescription, medicine: Product, pharmacist: User, desk: Client
) -> None:
    approve_reviewed(prescription, medicine, by=pharmacist)

    kept = Decision.objects.get().frozen["between_checks"]
    assert kept["is_one_person"] is True
    assert 0 <= kept["seconds"] <= (timezone.now() - prescription.submitted_at).total_seconds()
    assert "One person signed both checks" in desk.get(address_of(prescription)).content.decode()
