"""Addresses: Oscar's, with the rules of each country."""

from oscar.apps.address.apps import AddressConfig as OscarAddressConfig


class AddressConfig(OscarAddressConfig):
    name = "shop.addresses"

    def ready(self) -> None:
        from shop.addresses import checks  # noqa: F401

        super().ready()
