"""A basket with a prescription medicine passes only on a prescription that covers it."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from oscar.apps.address.models import Country

from catalogue.models import Product, ProductClass
from shop.accounts.models import User
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import RefusalReason
from tests.conftest import (
    add_patient,
    approve,
    basket_with,
    let_the_log_know,
    pack_of,
    send_prescription,
)


def refusal(user: User, *packs: Product, quantity: int = 1) -> Reason:
    with pytest.raises(Refused) as refused:
        gate.check(user, basket_with(user, *packs, quantity=quantity).all_lines())
    assert "%" not in refused.value.message
    return refused.value.reason


def test_what_an_approval_covers_passes(approved: Prescription, medicine: Product) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))

    assert gate.check(approved.user, basket.all_lines()) == approved


def test_two_small_packs_count_together(approved: Prescription, medicine: Product) -> None:
    two = basket_with(approved.user, pack_of(medicine, 10, 30), quantity=2)

    assert gate.check(approved.user, two.all_lines()) == approved
    assert refusal(approved.user, pack_of(medicine, 10, 30), quantity=3) == Reason.TOO_MANY


def test_a_small_and_a_large_pack_count_together(approved: Prescription, medicine: Product) -> None:
    packs = pack_of(medicine, 10, 30), pack_of(medicine, 10, 60)

    assert refusal(approved.user, *packs) == Reason.TOO_MANY


def test_another_strength_is_refused(approved: Prescription, medicine: Product) -> None:
    assert refusal(approved.user, pack_of(medicine, 25, 30)) == Reason.OTHER_STRENGTH


def test_a_covered_strength_does_not_carry_an_uncovered_one(
    approved: Prescription, medicine: Product
) -> None:
    packs = pack_of(medicine, 10, 30), pack_of(medicine, 25, 30)

    assert refusal(approved.user, *packs) == Reason.OTHER_STRENGTH


def test_another_customers_approval_is_no_help(
    approved: Prescription, medicine: Product, other_customer: User
) -> None:
    assert refusal(other_customer, pack_of(medicine, 10, 30)) == Reason.NO_PRESCRIPTION


def test_no_prescription_at_all(customer: User, medicine: Product) -> None:
    assert refusal(customer, pack_of(medicine, 10, 30)) == Reason.NO_PRESCRIPTION


def test_one_that_waits_is_refused(prescription: Prescription, medicine: Product) -> None:
    assert refusal(prescription.user, pack_of(medicine, 10, 30)) == Reason.WAITING


def test_one_with_a_question_is_refused(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    services.claim(prescription, by=pharmacist)
    services.ask(prescription, by=pharmacist, question="Which dose?")

    assert refusal(prescription.user, pack_of(medicine, 10, 30)) == Reason.QUESTION


def test_a_refused_one_is_refused(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    services.claim(prescription, by=pharmacist)
    services.refuse(prescription, by=pharmacist, reason=RefusalReason.DOSE, message="Call us")

    assert refusal(prescription.user, pack_of(medicine, 10, 30)) == Reason.REFUSED


def test_a_withdrawn_one_is_refused(
    approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    services.withdraw(approved, by=pharmacist, message="Call us")

    assert refusal(approved.user, pack_of(medicine, 10, 30)) == Reason.WITHDRAWN


def test_it_holds_on_its_last_day_and_not_the_day_after(
    approved: Prescription, medicine: Product
) -> None:
    today = timezone.localdate()
    basket = basket_with(approved.user, pack_of(medicine, 10, 30))

    Prescription.objects.update(valid_until=today)
    let_the_log_know(approved)
    assert gate.check(approved.user, basket.all_lines()) == approved

    Prescription.objects.update(valid_until=today - datetime.timedelta(days=1))
    assert refusal(approved.user, pack_of(medicine, 10, 30)) == Reason.EXPIRED


def test_what_was_supplied_is_not_there_any_more(approved: Prescription, medicine: Product) -> None:
    Authorisation.objects.update(units_supplied=30)

    assert refusal(approved.user, pack_of(medicine, 10, 60)) == Reason.TOO_MANY


def test_one_supply_is_no_larger_than_authorised(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    repeat = send_prescription(customer, medicine)
    approve(repeat, medicine, by=pharmacist, units=30, supplies=6)

    assert refusal(customer, pack_of(medicine, 10, 60)) == Reason.TOO_MANY


def test_the_approval_that_covers_is_found_among_others(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    patient = add_patient(customer)
    for strength in (10, 25):
        other = send_prescription(customer, medicine, strength=strength, patient=patient)
        approve(other, medicine, by=pharmacist, strength=strength)
    basket = basket_with(customer, pack_of(medicine, 25, 60))

    assert gate.check(customer, basket.all_lines()) == other


def test_a_basket_without_prescription_medicines_needs_none(
    customer: User, medicine: Product
) -> None:
    ProductClass.objects.update(needs_prescription=False)
    let_the_log_know(ProductClass.objects.get())
    basket = basket_with(customer, pack_of(medicine, 10, 30))

    assert gate.check(customer, basket.all_lines()) is None


def test_a_new_kind_of_product_needs_a_prescription(customer: User, medicine: Product) -> None:
    kind = ProductClass.objects.create(name="Made a moment ago")
    Product.objects.filter(pk=medicine.pk).update(product_class=kind)
    let_the_log_know(kind, medicine)

    assert refusal(customer, pack_of(medicine, 10, 30)) == Reason.NO_PRESCRIPTION


def test_a_medicine_that_is_no_pack_is_refused(customer: User, medicine: Product) -> None:
    loose = Product.objects.create(
        structure=Product.CHILD, parent=medicine, title="Loose", is_discountable=False
    )
    sold = pack_of(medicine, 10, 30).stockrecords.get()
    sold.pk, sold.product, sold.partner_sku = None, loose, "LOOSE"
    sold.save()
    let_the_log_know(loose, sold)

    assert refusal(customer, loose) == Reason.NO_PRESCRIPTION


@pytest.mark.parametrize(
    ("strength", "country", "reason"),
    [
        (10, "US", None),
        (10, "AU", None),
        (25, "AU", None),
        (25, "US", Reason.COUNTRY),
        (25, "DE", Reason.NOT_LICENSED),
        (10, "DE", Reason.NOT_LICENSED),
    ],
)
def test_a_strength_goes_only_where_it_and_we_are_licensed(
    strength: int,
    country: str,
    reason: Reason | None,
    customer: User,
    medicine: Product,
    countries: dict[str, Country],
) -> None:
    lines = basket_with(customer, pack_of(medicine, strength, 30)).all_lines()

    if reason is None:
        gate.check_destination(countries[country], lines)
    else:
        with pytest.raises(Refused) as refused:
            gate.check_destination(countries[country], lines)
        assert refused.value.reason == reason
        assert countries[country].printable_name in refused.value.message
