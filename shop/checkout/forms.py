"""The checkout's forms: Oscar's, but for the address."""

from django import forms
from django.utils.translation import gettext as _
from oscar.apps.address.models import Country
from oscar.apps.checkout.forms import GatewayForm, ShippingMethodForm
from oscar.apps.order.models import ShippingAddress

from shop.addresses.forms import FIELDS, WIDGETS, DeliveryForm

__all__ = ["GatewayForm", "ShippingAddressForm", "ShippingMethodForm"]


class ShippingAddressForm(DeliveryForm):
    class Meta:
        model = ShippingAddress
        fields = FIELDS
        widgets = WIDGETS

    def agrees_to_another_check(self, country: Country) -> bool:
        """Whether the customer ticked that a pharmacist looks again for this country; else it is asked."""
        name = f"check_again_{country.pk.lower()}"
        if self.data.get(name):
            return True
        label = _("Send my prescription back to a pharmacist, who checks it for %(country)s")
        self.fields[name] = forms.BooleanField(label=label % {"country": country.printable_name})
        self.add_error(
            name,
            _(
                "Your prescription was checked for another country. Tick this to have it checked for "
                "%(country)s; until that is done nothing can be ordered on it, wherever it goes. Or "
                "choose an address in the country it was checked for."
            )
            % {"country": country.printable_name},
        )
        return False
