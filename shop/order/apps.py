"""Order: Oscar's orders with the pharmacy's rules of what may leave."""

from oscar.apps.order.apps import OrderConfig as OscarOrderConfig


class OrderConfig(OscarOrderConfig):
    name = "shop.order"
