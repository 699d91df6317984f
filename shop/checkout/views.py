"""The steps from the basket to the card page and back."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from oscar.apps.address.models import Country, UserAddress
from oscar.apps.checkout.utils import CheckoutSessionData
from oscar.apps.checkout.views import IndexView as OscarIndexView
from oscar.apps.checkout.views import (
    PaymentDetailsView,
    PaymentMethodView,
    ThankYouView,
    UserAddressDeleteView,
    UserAddressUpdateView,
)
from oscar.apps.checkout.views import ShippingAddressView as OscarShippingAddressView
from oscar.apps.checkout.views import ShippingMethodView as OscarShippingMethodView
from oscar.templatetags.currency_filters import currency

from shop.accounts.requests import SignedInRequest
from shop.addresses import countries
from shop.checkout import pay
from shop.checkout.arrival import choices_of, chosen_at_first, gap_of_all
from shop.checkout.session import CheckoutSessionMixin
from shop.delivery import methods as delivery
from shop.order_statuses import OrderStatus
from shop.payments.answers import GatewayRefused, GatewayUnavailable
from shop.payments.attempts import AnotherAttemptIsLive, TransitionRefused
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt
from shop.payments.money import AmountRefused, TooLittle
from shop.placing import gate
from shop.placing.quote import Quote, quote_for
from shop.placing.refusals import Refused
from shop.settling.settle import settle_quietly

__all__ = [
    "IndexView",
    "PaymentDetailsView",
    "PaymentMethodView",
    "PreviewView",
    "ShippingAddressView",
    "ShippingMethodView",
    "ThankYouView",
    "UserAddressDeleteView",
    "UserAddressUpdateView",
]

_TOO_LITTLE = gettext_lazy(
    "At least %(least)s must be paid by card. You were not charged. Put more into your cart, or call us."
)
logger = logging.getLogger(__name__)

# How often the page after the card page looks again by itself, before it leaves that to the customer.
LOOKS = 5
SECONDS_BETWEEN_LOOKS = 3


class IndexView(OscarIndexView):
    """Sends people on: to the sign-in, or to the first step that is not done."""

    is_gated = False

    def get(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(reverse("checkout:index"))
        return redirect("checkout:shipping-address")

    def post(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.get(request)


class ShippingAddressView(OscarShippingAddressView):
    request: SignedInRequest
    knows_destination = False

    def post(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = request.POST.get("address_id", "")
        if not chosen:
            return super().post(request, *args, **kwargs)
        if not chosen.isdigit() or not request.user.addresses.filter(pk=chosen).exists():
            messages.error(request, _("Choose one of your addresses, or enter a new one."))
            return redirect("checkout:shipping-address")
        return self._ship_to(request, request.user.addresses.get(pk=chosen))

    def get_initial(self) -> dict[str, Any]:
        lives_in = self.prescription.answers.country if self.prescription else ""
        return {"country": lives_in} | (super().get_initial() or {})

    def get_available_addresses(self) -> QuerySet[UserAddress]:
        own = self.request.user.addresses.filter(country__in=countries.licensed())
        return own.order_by("-is_default_for_shipping", "pk")

    def _ship_to(self, request: SignedInRequest, address: UserAddress) -> HttpResponse:
        try:
            gate.check_destination(address.country, request.basket.all_lines())
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("checkout:shipping-address")
        form = self.form_class(model_to_dict(address), initial={})
        if not form.is_valid():
            # The address is shown in the form, with what it lacks.
            return self.form_invalid(form)
        if self.goes_elsewhere(address.country):
            return self._check_again(form, address.country)
        self.checkout_session.ship_to_user_address(address)
        return redirect(self.get_success_url())

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            gate.check_destination(form.instance.country, self.request.basket.all_lines())
        except Refused as refusal:
            form.add_error("country", refusal.message)
            return self.form_invalid(form)
        if self.goes_elsewhere(form.instance.country):
            return self._check_again(form, form.instance.country)
        return super().form_valid(form)

    def _check_again(self, form: Any, country: Country) -> HttpResponse:
        """For another country a pharmacist looks again, once the customer has said that it goes there."""
        if not form.agrees_to_another_check(country):
            return self.form_invalid(form)
        self.have_it_checked_again(self.request, country)
        return redirect("checkout:prescription")


class ShippingMethodView(OscarShippingMethodView):
    def get_available_shipping_methods(self) -> list[Any]:
        return delivery.methods()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        choices = choices_of(self._methods, self.prescription)
        return {
            **super().get_context_data(**kwargs),
            "choices": choices,
            "chosen": chosen_at_first(choices),
            "gap": gap_of_all(choices),
        }


@method_decorator(never_cache, name="dispatch")
class PreviewView(CheckoutSessionMixin, TemplateView):
    """The whole order to look at, and the button that leads to the card page."""

    template_name = "oscar/checkout/preview.html"
    request: SignedInRequest
    pre_conditions = (
        "check_basket_is_not_empty",
        "check_basket_is_valid",
        "check_shipping_data_is_captured",
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        method = self.get_shipping_method(self.request.basket)
        return {
            **context,
            "choice": choices_of([method], self.prescription)[0],
            "quote_hash": self._quote().hash,
        }

    def post(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        quote = self._quote()
        shown = request.POST.get("quote"), request.POST.get("prescription", "")
        if shown != (quote.hash, self.prescription.reference if self.prescription else ""):
            messages.warning(request, _("Something in your order has changed. Look at it again."))
            return redirect("checkout:preview")
        try:
            url = pay.card_page_for(
                user=request.user,
                basket=request.basket,
                quote=quote,
                prescription=self.prescription,
            )
        except pay.AlreadyUnderWay as under_way:
            return redirect("checkout:return", reference=under_way.attempt.reference)
        except TooLittle as little:
            text = _TOO_LITTLE % {"least": currency(little.least, little.currency)}
        except AmountRefused:
            logger.exception("basket %s cannot be charged", request.basket.pk)
            text = _(
                "A price in your cart cannot be charged as it is. You were not charged. Call us."
            )
        except (
            GatewayUnavailable,
            GatewayRefused,
            AnotherAttemptIsLive,
            TransitionRefused,
        ) as error:
            logger.warning("no card page for basket %s: %s", request.basket.pk, error)
            text = _("The card page cannot be reached just now. You were not charged. Try again.")
        else:
            return HttpResponseRedirect(url, status=303)
        messages.error(request, text)
        return redirect("checkout:preview")

    def _quote(self) -> Quote:
        basket = self.request.basket
        return quote_for(
            basket,
            delivery_code=self.checkout_session.shipping_method_code(basket),
            address=self.get_shipping_address(basket),
        )


@login_required
@never_cache
def return_from_card_page(request: SignedInRequest, reference: uuid.UUID) -> HttpResponse:
    """Where the card page sends the customer: looks what really happened and says so."""
    attempt = get_object_or_404(PaymentAttempt, reference=reference, user=request.user)
    settle_quietly(attempt)
    attempt.refresh_from_db()
    if attempt.order is not None:
        return _show_order(request, attempt.order)
    is_open = attempt.status in (Status.CREATED, Status.SESSION_OPEN)
    context = {"attempt": attempt, "is_open": is_open}
    response = render(request, "oscar/checkout/not_paid.html", context)
    if is_open:
        _look_again_soon(request, response)
    return response


def _show_order(request: SignedInRequest, order: Any) -> HttpResponse:
    CheckoutSessionData(request).flush()
    if order.status == OrderStatus.CANCELLED:
        return redirect("customer:order", order_number=order.number)
    request.session["checkout_order_id"] = order.pk
    return redirect("checkout:thank-you")


def _look_again_soon(request: HttpRequest, response: HttpResponse) -> None:
    """Stripe's word may come a moment after the customer, so the page asks again by itself, a few times."""
    looks = request.GET.get("look", "")
    number = int(looks) if looks.isdecimal() and len(looks) < len(str(LOOKS)) + 1 else 0
    if number < LOOKS:
        response["Refresh"] = f"{SECONDS_BETWEEN_LOOKS}; url={request.path}?look={number + 1}"
