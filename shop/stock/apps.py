"""Stock: batches, the codes on packs, and recalls."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StockConfig(AppConfig):
    name = "shop.stock"
    label = "stock"
    verbose_name = _("Stock")

    def ready(self) -> None:
        from shop.audit import guards, states
        from shop.stock.models import Batch, Gtin, Recall, Supplied

        states.register(Batch, "batch")
        states.register(Gtin, "gtin")
        states.register(Recall, "recall")
        guards.register(Supplied, refusal="what left of a batch is never changed or deleted")
