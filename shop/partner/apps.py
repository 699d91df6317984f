"""Partner: Oscar's stock records, sold at the price that counts now."""

from oscar.apps.partner.apps import PartnerConfig as OscarPartnerConfig


class PartnerConfig(OscarPartnerConfig):
    name = "shop.partner"

    def ready(self) -> None:
        from oscar.apps.partner import receivers  # noqa: F401
