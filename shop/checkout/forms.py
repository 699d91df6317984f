"""The checkout's forms: Oscar's, but for the address."""

from oscar.apps.checkout.forms import GatewayForm, ShippingMethodForm
from oscar.apps.order.models import ShippingAddress

from shop.addresses.forms import FIELDS, WIDGETS, DeliveryForm

__all__ = ["GatewayForm", "ShippingAddressForm", "ShippingMethodForm"]


class ShippingAddressForm(DeliveryForm):
    class Meta:
        model = ShippingAddress
        fields = FIELDS
        widgets = WIDGETS
