"""Writes orders; stock is taken by an update that finds enough of it, or not at all."""

from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from oscar.apps.order.utils import OrderCreator as OscarOrderCreator
from oscar.apps.order.utils import OrderDispatcher, OrderNumberGenerator
from oscar.apps.partner.models import StockRecord

from shop.order.models import as_sold
from shop.stock import keeping, shelf

__all__ = ["OrderCreator", "OrderDispatcher", "OrderNumberGenerator", "OutOfStock"]


class OutOfStock(Exception):
    """Somebody else took the last ones."""

    def __init__(self, title: str) -> None:
        self.title = title
        super().__init__(title)


class OrderCreator(OscarOrderCreator):
    def create_line_models(
        self, order: Any, basket_line: Any, extra_line_fields: dict[str, Any] | None = None
    ) -> Any:
        """Write a line with what its pack is today; the product may become something else."""
        fields = {**(extra_line_fields or {}), **as_sold(basket_line.product)}
        return super().create_line_models(order, basket_line, fields)

    def update_stock_records(self, line: Any) -> None:
        """Allocate the stock of a line, or raise OutOfStock; Oscar's own way can oversell."""
        if not line.product.get_product_class().track_stock:
            return
        self._ask_the_batches(line)
        allocated = Coalesce(F("num_allocated"), 0)
        taken = StockRecord.objects.filter(
            pk=line.stockrecord_id, num_in_stock__gte=allocated + line.quantity
        ).update(num_allocated=allocated + line.quantity, date_updated=timezone.now())
        if not taken:
            raise OutOfStock(line.product.get_title())

    def _ask_the_batches(self, line: Any) -> None:
        """Under the lock of the stock record, so that nothing expired is sold though no command ran."""
        record = keeping.hold_record(line.stockrecord_id)
        if shelf.may_be_sold(record) < (record.num_allocated or 0) + line.quantity:
            raise OutOfStock(line.product.get_title())
