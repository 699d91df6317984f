"""What a shop process does at Stripe until it is killed: each with Stripe's address and a row's key."""

from __future__ import annotations

from django.conf import settings
from oscar.apps.order.models import Order

from shop.accounts.models import User
from shop.basket.models import Basket
from shop.partner.strategy import Selector
from shop.payments.life_cycles import RefundReason
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import Wanted
from shop.settling import refunding
from shop.settling.settle import settle
from tests.settling.paying import open_card_page


def open_page(stripe: str, basket_id: str) -> None:
    settings.STRIPE_API_BASE = stripe
    basket = Basket.objects.get(pk=basket_id)
    basket.strategy = Selector().strategy()
    open_card_page(basket.owner, basket)


def settle_it(stripe: str, attempt_id: str) -> None:
    settings.STRIPE_API_BASE = stripe
    settle(PaymentAttempt.objects.get(pk=attempt_id))


def cancel_it(stripe: str, order_id: str) -> None:
    settings.STRIPE_API_BASE = stripe
    refunding.cancel(Order.objects.get(pk=order_id), by=User.objects.all()[0], note="As asked")


def refund_it(stripe: str, attempt_id: str) -> None:
    settings.STRIPE_API_BASE = stripe
    wanted = Wanted(1000, RefundReason.DAMAGED)
    attempt = PaymentAttempt.objects.get(pk=attempt_id)
    refunding.refund(attempt, wanted, by=User.objects.all()[0])
