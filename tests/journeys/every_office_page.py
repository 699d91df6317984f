"""Every page of the dashboard, for somebody who may open all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.urls import NoReverseMatch, reverse
from oscar.apps.catalogue.models import Category

from catalogue.models import Product
from shop.accounts import roles
from shop.accounts.models import User
from shop.dashboard.catalogue.responsible import PAGES
from shop.prescriptions.models import Prescription
from tests.conftest import let_the_log_know, make_superuser
from tests.site.addresses import VISITORS, expected
from tests.site.conftest import of_options, of_staff

OPENED_BY = [VISITORS.index(visitor) for visitor in ("staff", "superuser")]


def make_boss() -> User:
    """Superuser and superintendent pharmacist: no page of the dashboard refuses both."""
    user = make_superuser()
    roles.create_groups()
    user.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))
    let_the_log_know(user)
    return user


def addresses(prescription: Prescription, order: Any, pack: Product) -> Iterator[str]:
    """Of all pages that staff, a superuser or the superintendent may look at."""
    medicine = pack.parent
    assert medicine is not None
    category = Category.objects.first() or Category.add_root(name="Muscle relaxants")
    known = of_staff(medicine, prescription, order, category) | of_options()
    known["dashboard:catalogue-product"] = [pack.pk]
    known["dashboard:catalogue-product-create"] = [medicine.product_class.slug]
    for name, answers in expected().items():
        is_opened = "200" in [answers[place] for place in OPENED_BY]
        if is_opened or name.removeprefix("dashboard:") in PAGES:
            try:
                address = reverse(name, args=known.get(name))
            except NoReverseMatch:
                # Of a customer's own things; no page of the dashboard is without its arguments there.
                continue
            if address.startswith("/dashboard/"):
                yield address
