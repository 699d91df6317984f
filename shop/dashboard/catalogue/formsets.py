"""Price and stock of the product that is being edited."""

from typing import Any

from oscar.apps.dashboard.catalogue.formsets import StockRecordFormSet as OscarStockRecordFormSet

from shop.dashboard.catalogue.forms import StockRecordForm


class StockRecordFormSet(OscarStockRecordFormSet):
    # The SKU of a pack goes with its record.
    can_delete = False

    def _construct_form(self, i: int, **kwargs: Any) -> StockRecordForm:
        form = super()._construct_form(i, **kwargs)
        if self.instance.units and self.instance.parent.dose_form:
            form.pack = self.instance
            # A pack without a price would be saved and not be on sale, without a word.
            form.empty_permitted = form.empty_permitted and i > 0
        return form
