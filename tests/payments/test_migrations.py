"""What the migrations of payments do to rows that are there."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps

from catalogue.models import Product
from shop.fulfilment.settle import settle
from shop.payments.emulator.server import Emulator
from shop.payments.models import PaymentAttempt
from shop.prescriptions.models import Prescription
from tests.conftest import basket_with, pack_of
from tests.fulfilment.paying import open_card_page, pay_by_card


def test_what_was_captured_before_amounts_were_counted_is_counted(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    user = approved.user
    open_, _ = open_card_page(user, basket_with(user, pack_of(medicine, 10, 30)))
    paid, url = open_card_page(user, basket_with(user, pack_of(medicine, 10, 60)))
    pay_by_card(url)
    settle(paid)
    PaymentAttempt.objects.update(captured_minor=0)

    import_module("shop.payments.migrations.0004_captured_amounts").write_amounts(apps, None)

    paid.refresh_from_db()
    open_.refresh_from_db()
    assert (paid.captured_minor, open_.captured_minor) == (4090, 0)
