"""What waits for a person is one open row, seen and told of by those whose it is."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shop.accounts.models import User
from shop.audit.log import Subject
from shop.audit.models import Entry
from shop.mailing.models import Email
from shop.tasks import services as tasks
from shop.tasks.kinds import RULES, Kind, Role
from shop.tasks.models import Task
from tests.conftest import make_pharmacist, signed_in

pytestmark = pytest.mark.django_db
ORDER = Subject("order", "100123")
PAGE = reverse("admin:tasks_task_changelist")


def days(count: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=count)


def stopped(**facts: datetime.date) -> Task:
    words = "Order 100123: approved anew for less."
    return tasks.open(Kind.ORDER_STOPPED, about=ORDER, words=words, path="/admin/", **facts)


def page_of(user: User, address: str = PAGE) -> str:
    return signed_in(user).get(address).content.decode()


def test_opening_again_keeps_the_beginning_and_takes_the_earlier_day(pharmacist: User) -> None:
    first = stopped(due=days(5))
    Task.objects.update(opened_at=first.opened_at - datetime.timedelta(days=3))

    stopped(due=days(9))
    again = stopped(due=days(2))

    task = Task.objects.get()
    assert (again, task.due) == (task, days(2))
    assert task.opened_at == first.opened_at - datetime.timedelta(days=3)


def test_one_that_was_closed_begins_anew(pharmacist: User) -> None:
    stopped()
    tasks.close(Kind.ORDER_STOPPED, about=ORDER, how="answered")

    stopped()

    assert (Task.objects.count(), Task.objects.still_open().count()) == (2, 1)


def test_each_whose_it_is_is_told_once_with_the_last_day(pharmacist: User, staff: User) -> None:
    other = make_pharmacist("second@example.com", number="67890")

    for _ in range(2):
        stopped(due=days(1))

    told = Email.objects.filter(code="task")
    assert {email.user for email in told} == {pharmacist, other}
    assert {email.until for email in told} == {days(1)}
    assert all("100123" in email.words and "must not leave" in email.words for email in told)


def test_it_is_told_of_once_more_two_days_before_the_last(pharmacist: User) -> None:
    stopped(due=days(2))
    Task.objects.update(opened_at=timezone.now() - datetime.timedelta(days=4))

    for _ in range(2):
        tasks.remind()

    assert Email.objects.filter(user=pharmacist).count() == 2


def test_what_is_overdue_is_told_of_once_more(pharmacist: User) -> None:
    stopped(due=days(0))
    Task.objects.update(due=days(-1))

    for _ in range(2):
        tasks.remind()

    assert Email.objects.filter(user=pharmacist).count() == 2


def test_what_is_due_at_once_is_told_of_once(pharmacist: User) -> None:
    stopped(due=days(1))

    tasks.remind()

    assert Email.objects.filter(user=pharmacist).count() == 1


def test_opening_and_closing_are_in_the_audit_log(pharmacist: User) -> None:
    stopped()
    tasks.close(Kind.ORDER_STOPPED, about=ORDER, how="answered", by=pharmacist)

    opened, closed = Entry.objects.filter(action__startswith="task.").order_by("sequence")
    assert (opened.action, opened.actor_id) == ("task.open", None)
    assert (closed.action, closed.actor_id) == ("task.close", pharmacist.pk)
    assert {(entry.subject_type, entry.subject_key) for entry in (opened, closed)} == {
        ("order", "100123")
    }


def test_closing_what_is_not_open_writes_nothing(pharmacist: User) -> None:
    tasks.close(Kind.ORDER_STOPPED, about=ORDER, how="answered")

    assert not Entry.objects.filter(action="task.close").exists()


def test_the_desk_lists_what_is_the_pharmacists_and_nothing_else(
    pharmacist: User, staff: User
) -> None:
    stopped()
    tasks.open(Kind.PAYMENT_REVIEW, about=ORDER, words="Payment 100123", path="/dashboard/")

    for page in (page_of(pharmacist), page_of(pharmacist, reverse("admin:prescription-queue"))):
        assert "approved anew for less" in page
        assert "Payment 100123" not in page


def test_the_dashboard_lists_what_is_the_staffs(pharmacist: User, staff: User) -> None:
    stopped()
    tasks.open(Kind.PAYMENT_REVIEW, about=ORDER, words="Payment 100123", path="/dashboard/")

    page = page_of(staff, reverse("dashboard:index"))

    own, others = page.split("Orders that wait for somebody else")
    assert "Payment 100123" in own
    assert "approved anew for less" not in own
    assert "Pharmacists:" in others
    assert "approved anew for less" in others


@pytest.mark.parametrize("address", [reverse("dashboard:index"), PAGE])
def test_staff_read_what_waits_for_whom_where_nothing_waits_for_them(
    address: str, pharmacist: User, staff: User
) -> None:
    assert "Nothing waits for you." in page_of(staff, address)
    stopped()

    page = page_of(staff, address)

    assert "Nothing waits for you." not in page
    assert "Nothing waits for you; orders wait for somebody else." in page
    assert reverse("dashboard:order-detail", kwargs={"number": ORDER.key}) in page
    assert "Since" in page.split("Pharmacists:")[1]


def test_who_may_not_look_at_orders_reads_nothing_of_them(superintendent: User) -> None:
    stopped()

    assert "approved anew for less" not in page_of(superintendent)


def test_a_customer_finds_no_such_page(customer: User) -> None:
    assert signed_in(customer).get(PAGE).status_code in {302, 404}


@pytest.fixture
def call(pharmacist: User) -> Task:
    return tasks.open(Kind.PATIENT_WITHOUT, about=ORDER, words="Order 100123 ended", path="/admin/")


def close_by_hand(client: Client, task: Task, **data: str) -> str:
    address = reverse("admin:task-close", args=[task.pk])
    return client.post(address, data, follow=True).content.decode()


def test_a_person_writes_down_what_was_done(pharmacist: User, call: Task) -> None:
    close_by_hand(signed_in(pharmacist), call, how="Called; a doctor writes anew.")

    call.refresh_from_db()
    assert (call.closed_by, call.how) == (pharmacist, "Called; a doctor writes anew.")


def test_nothing_is_closed_without_saying_what_was_done(pharmacist: User, call: Task) -> None:
    page = close_by_hand(signed_in(pharmacist), call, how=" ")

    call.refresh_from_db()
    assert call.closed_at is None
    assert f'href="#how-{call.pk}"' in page


def test_what_the_shop_closes_no_hand_closes(pharmacist: User) -> None:
    task = stopped()

    close_by_hand(signed_in(pharmacist), task, how="Looks fine")

    task.refresh_from_db()
    assert task.closed_at is None


def test_another_role_closes_nothing(staff: User, call: Task) -> None:
    address = reverse("admin:task-close", args=[call.pk])

    assert signed_in(staff).post(address, {"how": "Done"}).status_code == 404


def test_of_two_who_close_it_the_second_is_told(pharmacist: User, call: Task) -> None:
    tasks.close_by_hand(call, by=pharmacist, how="Called")

    with pytest.raises(tasks.AlreadyClosed):
        tasks.close_by_hand(call, by=pharmacist, how="Called too")


@pytest.mark.parametrize("role", Role)
def test_where_nobody_holds_a_role_who_may_do_everything_is_told(
    role: Role, superuser: User
) -> None:
    assert tasks.people_of(role) == [superuser]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_says_whose_it_is_and_what_to_do(kind: Kind) -> None:
    assert RULES[kind].advice
    assert len(kind) <= 24
