"""People who work in the shop."""

import pytest
from django.contrib.auth.models import Permission


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
