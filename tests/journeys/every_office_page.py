"""Every page of the dashboard, for somebody who may open all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.urls import reverse
from oscar.apps.catalogue.models import AttributeOptionGroup, Category, Option

from catalogue.models import Product
from shop.accounts import roles
from shop.accounts.models import User
from shop.dashboard.catalogue.responsible import PAGES
from tests.conftest import let_the_log_know, make_superuser
from tests.site.addresses import expected

DASHBOARD = "dashboard:"


def make_boss() -> User:
    """Superuser and superintendent pharmacist: no page of the dashboard refuses both."""
    user = make_superuser()
    roles.create_groups()
    user.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))
    let_the_log_know(user)
    return user


def addresses(order: Any, pack: Product) -> Iterator[str]:
    """The addresses of all pages there are, of a shop with one of everything."""
    group = AttributeOptionGroup.objects.create(name="Group", code="group")
    option = Option.objects.create(name="Option", code="option")
    category = Category.objects.first() or Category.add_root(name="Muscle relaxants")
    medicine = pack.parent
    assert medicine is not None
    known = {
        "order": [order.number],
        "catalogue-product": [pack.pk],
        "catalogue-product-create": [medicine.product_class.slug],
        "catalogue-product-create-child": [medicine.pk],
        "catalogue-category-detail-list": [category.pk],
        "catalogue-category-create-child": [category.pk],
        "catalogue-category": [category.pk],
        "catalogue-class": [medicine.product_class.pk],
        "catalogue-attribute-option-group": [group.pk],
        "catalogue-option": [option.pk],
    }
    for name, answers in expected().items():
        page = name.removeprefix(DASHBOARD)
        if page != name and ("200" in answers or page in PAGES):
            yield reverse(name, args=_arguments(page, known))


def _arguments(page: str, known: dict[str, list[Any]]) -> list[Any]:
    if page in known:
        return known[page]
    if page.endswith(("-list", "-create", "index", "login")):
        return []
    return known[page.rpartition("-")[0]]
