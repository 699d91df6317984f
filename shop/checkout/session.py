"""Every step of the checkout asks the gate before it opens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _
from oscar.apps.checkout.exceptions import FailedPreCondition
from oscar.apps.checkout.session import CheckoutSessionMixin as OscarCheckoutSessionMixin

from shop.accounts.requests import SignedInRequest
from shop.checkout.choosing_patient import chosen_patient
from shop.delivery import methods as delivery
from shop.placing import gate
from shop.placing.refusals import Refused
from shop.prescriptions.models import Prescription
from shop.review import services as reviews

__all__ = ["CheckoutSessionMixin"]


class CheckoutSessionMixin(OscarCheckoutSessionMixin):
    # The first page only sends people on; it is the one step without a gate.
    is_gated = True
    # False where the address is still being chosen.
    knows_destination = True
    prescription: Prescription | None = None

    def check_pre_conditions(self, request: SignedInRequest) -> None:
        super().check_pre_conditions(request)
        if self.is_gated:
            self._check_signed_in(request)
            self._check_prescription(request)
            if self.knows_destination:
                self._check_destination(request)

    def _check_signed_in(self, request: SignedInRequest) -> None:
        if not request.user.is_authenticated:
            raise FailedPreCondition(url=reverse("checkout:index"))

    def _check_prescription(self, request: SignedInRequest) -> None:
        lines = request.basket.all_lines()
        try:
            self.prescription = gate.check(request.user, lines, chosen=chosen_patient(request))
        except Refused as refusal:
            # The page it leads to says why.
            raise FailedPreCondition(url=reverse("checkout:prescription")) from refusal

    def _check_destination(self, request: SignedInRequest) -> None:
        address = self.get_shipping_address(request.basket)
        if address is None:
            raise FailedPreCondition(url=reverse("checkout:shipping-address"))
        try:
            gate.check_address(address)
            gate.check_destination(address.country, request.basket.all_lines())
            if self.prescription is not None:
                gate.check_decided_for(address.country, self.prescription)
        except Refused as refusal:
            raise FailedPreCondition(
                url=reverse("checkout:shipping-address"), message=refusal.message
            ) from refusal

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "prescription": self.prescription}

    def goes_elsewhere(self, country: Any) -> bool:
        """Whether the prescription was checked for another country (ORD-4)."""
        return self.prescription is not None and reviews.goes_elsewhere(
            self.prescription, country.iso_3166_1_a2
        )

    def have_it_checked_again(self, request: SignedInRequest, country: Any) -> None:
        """Send the prescription back to a pharmacist, who checks it for this country (ORD-4)."""
        if self.prescription is not None:
            code = country.iso_3166_1_a2
            reviews.destination_changed(self.prescription, code, by=request.user)
        messages.info(
            request, _("A pharmacist looks at your prescription again for the new country.")
        )

    def get_shipping_method(self, basket: Any, shipping_address: Any = None, **__: Any) -> Any:
        code = self.checkout_session.shipping_method_code(basket)
        return next((method for method in delivery.methods() if method.code == code), None)
