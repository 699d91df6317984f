"""Dispense, check and send on their pages: what each shows, takes, refuses and records."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.dashboard.dispensing import queues
from shop.dispensing.models import Check, Dispensing, How, Pick, Why
from shop.order_statuses import OrderStatus
from shop.prescriptions.models import Authorisation, Prescription, Supply
from tests.conftest import let_the_log_know, pack_of, signed_in
from tests.dispensed import carrier, check, dispense, made_ready
from tests.standing.paid import place

pytestmark = pytest.mark.django_db
PACK = "scanned:BAC10-60"


def at(step: str, order: Order) -> str:
    return reverse(f"dispensing:{step}", args=[order.number])


def said(response: HttpResponse) -> str:
    return response.content.decode()


def status() -> str:
    return Order.objects.get().status


def test_who_dispenses_reads_name_birth_and_directions_and_that_is_recorded(
    order: Order, staff: User
) -> None:
    page = said(signed_in(staff).get(at("dispense", order)))

    for words in ("Robin Example", "14 March 1968", "One three times a day", "10 mg × 60 tablets"):
        assert words in page
    assert Prescription.objects.get().answers["other_medicines"] not in page
    entry = Entry.objects.get(action="dispensing.open")
    assert (entry.actor_id, entry.subject_key) == (staff.pk, str(order.number))


def test_neither_answers_nor_pictures_can_be_reached_from_it(order: Order, staff: User) -> None:
    page = said(signed_in(staff).get(at("dispense", order)))

    assert "/admin/prescriptions/" not in page
    assert "<img" not in page


def test_a_scan_is_taken_and_the_wrong_one_refused_and_recorded(order: Order, staff: User) -> None:
    client, url = signed_in(staff), at("dispense", order)

    wrong = said(client.post(url, {"do": "scan", "scan": "BAC25-60"}))
    right = said(client.post(url, {"do": "scan", "scan": "bac10-60"}))

    assert "Wrong pack: this is Baclofen tablets, 25 mg × 60 tablets" in wrong
    assert 'value="hand" disabled' in wrong
    assert 'value="scanned:bac10-60"' in right
    assert 'value="hand" disabled' not in right
    [entry] = Entry.objects.filter(action="dispensing.wrong_scan")
    assert entry.details == {"code": "BAC25-60"}
    assert status() == OrderStatus.PAID


def test_what_a_form_brings_along_is_looked_at_again(order: Order, staff: User) -> None:
    client, url = signed_in(staff), at("dispense", order)

    for picks in (["scanned:BAC25-60"], ["BAC10-60"], ["stolen:BAC10-60"], []):
        client.post(url, {"do": "hand", "pick": picks})

    assert not Dispensing.objects.exists()
    assert status() == OrderStatus.PAID


def test_one_pack_too_many_is_put_back(order: Order, staff: User) -> None:
    data = {"do": "scan", "scan": "BAC10-60", "pick": [PACK]}

    assert "Put this one back" in said(signed_in(staff).post(at("dispense", order), data))


def test_without_a_scanner_a_pack_is_chosen(order: Order, staff: User) -> None:
    client, url = signed_in(staff), at("dispense", order)
    assert '<option value="BAC25-60">Baclofen tablets, 25 mg × 60 tablets</option>' in said(
        client.get(url)
    )

    chosen = said(client.post(url, {"do": "choose", "choice": "BAC10-60"}))
    client.post(url, {"do": "hand", "pick": ["chosen:BAC10-60"]})

    assert 'value="chosen:BAC10-60"' in chosen
    assert Pick.objects.get().how == How.CHOSEN


def test_dispensed_checked_and_sent_on_three_pages(
    order: Order, staff: User, pharmacist: User
) -> None:
    desk, second = signed_in(staff), signed_in(pharmacist)
    begin = reverse("dispensing:next", args=["dispense"])
    assert desk.get(begin)["Location"] == at("dispense", order)
    desk.post(at("dispense", order), {"do": "hand", "pick": [PACK]})
    made = Dispensing.objects.get()

    page = said(second.get(at("check", order)))
    assert page.count("One three times a day") == 2
    assert 'value="sign" disabled' in page
    data = {"do": "sign", "seen": made.uuid, "pick": [PACK], "label": [f"{order.number}-1"]}
    assert second.post(at("check", order), data)["Location"] == at("send", order)
    assert Check.objects.get().by == pharmacist

    assert "1 Sample Street" in said(desk.get(at("send", order)))
    found = {"scan": "1234 567 890", "carrier": ""}
    assert carrier().name in said(desk.post(at("send", order), {"do": "look", **found}))
    assert status() == OrderStatus.DISPENSING
    desk.post(at("send", order), {"do": "send", **found})
    assert status() == OrderStatus.DISPATCHED


def test_who_dispensed_it_is_told_to_wait(order: Order, pharmacist: User) -> None:
    made = dispense(order, by=pharmacist)
    client = signed_in(pharmacist)

    page = said(client.get(at("check", order)))
    data = {"do": "sign", "seen": made.uuid, "pick": [PACK]}
    refused = said(client.post(at("check", order), data))

    assert "15 more minutes" in page
    assert 'role="alert"' in refused
    assert not Check.objects.exists()


@pytest.mark.parametrize("seen", ["", "no reference", "00000000-0000-4000-8000-000000000000"])
def test_a_form_that_names_nothing_that_was_dispensed_signs_nothing(
    seen: str, order: Order, staff: User, pharmacist: User
) -> None:
    dispense(order, by=staff)

    page = signed_in(pharmacist).post(
        at("check", order), {"do": "sign", "seen": seen, "pick": [PACK]}
    )

    assert "Look at it again" in said(page)
    assert not Check.objects.exists()


def test_a_near_miss_is_sent_back_by_its_code(order: Order, staff: User, pharmacist: User) -> None:
    made = dispense(order, by=staff)
    client = signed_in(pharmacist)

    nothing = client.post(at("check", order), {"do": "back", "seen": made.uuid})
    client.post(at("check", order), {"do": "back", "seen": made.uuid, "why": Why.WRONG_LABEL})

    assert "Choose what is wrong" in said(nothing)
    assert Dispensing.objects.get().ended_why == Why.WRONG_LABEL
    assert queues.step_of(order) == queues.DISPENSE


def test_what_changed_after_the_check_is_dispensed_again(order: Order, staff: User) -> None:
    made_ready(order)
    Authorisation.objects.update(directions="Two three times a day")
    let_the_log_know(Authorisation.objects.get())
    client = signed_in(staff)

    assert client.get(at("send", order))["Location"] == at("dispense", order)
    client.post(at("dispense", order), {"do": "hand", "pick": [PACK]})

    assert Dispensing.objects.open().get().contents[0]["directions"] == "Two three times a day"
    assert queues.step_of(order) == queues.CHECK


def test_what_nobody_can_read_is_not_dispensed(order: Order, staff: User) -> None:
    Supply.objects.all().delete()

    page = said(signed_in(staff).get(at("dispense", order)))

    assert "cannot be read" in page


@pytest.mark.parametrize("step", ["dispense", "check", "send"])
def test_a_page_leads_to_the_step_that_is_due(
    step: str, order: Order, staff: User, pharmacist: User
) -> None:
    client, found = signed_in(staff), []
    for act in (lambda: None, lambda: dispense(order, by=staff), lambda: check(order)):
        act()
        found.append(client.get(at(step, order)).get("Location", "here"))

    due = [at(each, order) for each in ("dispense", "check", "send")]
    assert found == ["here" if each == at(step, order) else each for each in due]


def test_the_lists_hold_each_order_once(
    approved: Prescription, medicine: Product, staff: User
) -> None:
    approved.authorisations.update(units_per_supply=90, supplies=2)
    let_the_log_know(approved.authorisations.get())
    first = place(approved.user, pack_of(medicine, 10, 30))
    lists: dict[str, list[Any]] = {step: list(queues.orders(step)) for step in queues.STEPS}
    assert lists == {"dispense": [first], "check": [], "send": []}
    dispense(first, by=staff)
    assert [queues.orders(step).count() for step in queues.STEPS] == [0, 1, 0]
    check(first)
    assert [queues.orders(step).count() for step in queues.STEPS] == [0, 0, 1]

    page = said(signed_in(staff).get(reverse("dispensing:lists")))
    assert page.count(f">{first.number}</a>") == 1
    assert "Robin" not in page


def test_the_page_of_the_order_leads_there(order: Order, staff: User) -> None:
    client = signed_in(staff)
    page = reverse("dashboard:order-detail", kwargs={"number": order.number})

    assert at("dispense", order) in said(client.get(page))
    made_ready(order)
    assert at("send", order) in said(client.get(page))


def test_for_customers_it_is_not_there(client: Client, order: Order) -> None:
    for step in ("dispense", "check", "send"):
        assert signed_in(order.user).get(at(step, order)).status_code == 404
        assert signed_in(order.user).post(at(step, order), {"do": "send"}).status_code == 404
    assert not Entry.objects.filter(action="dispensing.open").exists()
