"""Checkout: the steps, and the gate in front of each."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView
from oscar.apps.checkout.apps import CheckoutConfig as OscarCheckoutConfig

KEPT = {"index", "shipping-address", "shipping-method", "thank-you"}


class CheckoutConfig(OscarCheckoutConfig):
    name = "shop.checkout"

    def get_urls(self) -> list[URLPattern]:
        from shop.checkout import choosing_patient, filling_cart, prescription, views

        to_preview = RedirectView.as_view(pattern_name="checkout:preview")
        return [
            *(url for url in super().get_urls() if url.name in KEPT),
            path("prescription/", prescription.prescription_step, name="prescription"),
            path("patient/", choosing_patient.patient_step, name="patient"),
            path("reorder/<str:reference>/", filling_cart.reorder, name="reorder"),
            # Oscar's next steps by name; the card page is not ours, so both are the preview.
            path("payment-method/", to_preview, name="payment-method"),
            path("payment-details/", to_preview, name="payment-details"),
            path("preview/", views.PreviewView.as_view(), name="preview"),
            path("return/<uuid:reference>/", views.return_from_card_page, name="return"),
        ]
