"""People who work in the shop."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission

from shop.audit import live_rows, states


@pytest.fixture
def whatever_a_page_changes_is_in_the_log(db: None) -> Iterator[None]:
    """After each test of these pages, every row that decides is as its newest entry says."""
    yield
    sold = [kind for kind in states.kinds() if kind.subject != "rights"]
    assert [said for kind in sold for said in live_rows.findings_of(kind)] == []


@pytest.fixture
def looker(make_staff):
    """A member of staff who may look at everything and change nothing."""
    user = make_staff("looker@example.com")
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user


@pytest.fixture
def make_staff(django_user_model, db):
    def make(email):
        user = django_user_model.objects.create_user(email, "a long enough password")
        user.is_staff = True
        user.save()
        return user

    return make
