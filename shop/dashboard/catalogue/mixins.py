"""What staff can do to many products at once."""

from typing import Any, ClassVar

from oscar.apps.dashboard.catalogue.mixins import (
    ProductBulkActionMixin as OscarProductBulkActionMixin,
)


class ProductBulkActionMixin(OscarProductBulkActionMixin):
    """Nothing: a price set for many packs at once would not be checked per unit."""

    intermediate_actions: ClassVar[dict[str, Any]] = {}
