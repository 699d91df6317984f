"""Sending: carriers, and the parcel of each order that left."""

from django.apps import AppConfig


class SendingConfig(AppConfig):
    name = "shop.sending"
    label = "sending"

    def ready(self) -> None:
        from shop.audit import states
        from shop.sending.models import Carrier, Parcel

        states.register(Carrier, "carrier")
        states.register(Parcel, "parcel")
