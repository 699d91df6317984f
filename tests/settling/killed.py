"""A shop process that kills itself: `python -m tests.settling.killed`, run by the tests.

Arguments: before or after, the function at which it dies, Stripe's address, a function of this
module and its argument.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

import django

django.setup()

from django.conf import settings
from oscar.apps.order.models import Order
from oscar.apps.partner.strategy import Selector

from shop.accounts.models import User
from shop.basket.models import Basket
from shop.payments.life_cycles import RefundReason
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import Wanted
from shop.settling import refunding
from shop.settling.settle import settle
from tests.settling.paying import open_card_page


def open_page(basket_id: int) -> None:
    basket = Basket.objects.get(pk=basket_id)
    basket.strategy = Selector().strategy()
    open_card_page(basket.owner, basket)


def settle_it(attempt_id: int) -> None:
    settle(PaymentAttempt.objects.get(pk=attempt_id))


def cancel_it(order_id: int) -> None:
    refunding.cancel(Order.objects.get(pk=order_id), by=User.objects.all()[0], note="As asked")


def refund_it(attempt_id: int) -> None:
    wanted = Wanted(1000, RefundReason.DAMAGED)
    attempt = PaymentAttempt.objects.get(pk=attempt_id)
    refunding.refund(attempt, wanted, by=User.objects.all()[0])


def _die_at(name: str, when: str) -> None:
    module_name, _, function_name = name.rpartition(".")
    module = importlib.import_module(module_name)
    function = getattr(module, function_name)

    def last(*arguments: Any, **named: Any) -> None:
        if when == "after":
            function(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, function_name, last)


def main() -> None:
    when, at, stripe, do, argument = sys.argv[1:]
    settings.STRIPE_API_BASE = stripe
    _die_at(at, when)
    globals()[do](int(argument))


if __name__ == "__main__":
    main()
