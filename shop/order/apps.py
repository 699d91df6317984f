"""Order: Oscar's orders with the pharmacy's rules of what may leave."""

from oscar.apps.order.apps import OrderConfig as OscarOrderConfig


class OrderConfig(OscarOrderConfig):
    name = "shop.order"

    def ready(self) -> None:
        from oscar.apps.order.models import Order, ShippingAddress

        from shop.audit import states
        from shop.order.models import Line

        super().ready()
        # What of a pack is held for the order is said by its stock.
        of_line = states.fields_of(Line, but=("num_allocated", "allocation_cancelled"))
        states.register(
            Order,
            "order",
            but=("analytics_tracked",),
            parts={
                "lines": of_line,
                "shipping_address": states.fields_of(ShippingAddress, but=("search_text",)),
            },
            key="number",
        )
