"""What is typed, or scanned, about batches."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalogue.models import Product
from shop.stock import codes, scanning
from shop.stock.models import CODE_LENGTH, COUNTING, WRITING_OFF, Batch

DAY = {"type": "date"}


class ScanForm(forms.Form):
    """One line of a hand scanner."""

    scan = forms.CharField(
        label=_("Scan a pack"),
        help_text=_("The scanner types one line and Enter. A keyboard does too."),
        max_length=scanning.MOST,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}
        ),
    )

    def clean_scan(self) -> scanning.Scan:
        try:
            return scanning.read(self.cleaned_data["scan"])
        except scanning.Unreadable as error:
            raise ValidationError(str(error)) from error


class PackField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.strength.words}, {obj.form.counted(obj.units)}"


class ReceiveForm(forms.Form):
    """What came: a pack with its batch; the number on it is remembered with the first scan."""

    gtin = forms.CharField(required=False, widget=forms.HiddenInput, max_length=14)
    pack = PackField(label=_("Pack"), queryset=Product.objects.none())
    number = forms.CharField(label=_("Batch"), max_length=CODE_LENGTH)
    expires = forms.DateField(label=_("Expires"), widget=forms.DateInput(attrs=DAY))
    packs = forms.IntegerField(label=_("Packs"), min_value=1, max_value=100_000)
    cost = forms.DecimalField(
        label=_("Cost of a pack"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    note = forms.CharField(label=_("From, and delivery note"), max_length=120)

    def __init__(self, packs: QuerySet[Product], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pack"].queryset = packs  # type: ignore[attr-defined]

    @classmethod
    def scanned(cls, packs: QuerySet[Product], scan: scanning.Scan) -> ReceiveForm:
        """With what the scanner read filled in."""
        gtin = codes.known(scan.gtin)
        initial = {
            "gtin": scan.gtin,
            "pack": gtin.product_id if gtin else None,
            "number": scan.batch,
            "expires": scan.expires,
        }
        return cls(packs, initial=initial, prefix="receive")


class BatchField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        pack = obj.stockrecord.product
        size = pack.form.counted(pack.units)
        return f"{obj.number}, {pack.strength.words}, {size}: {obj.on_shelf}"


def _reasons(reasons: tuple[Any, ...]) -> list[tuple[str, Any]]:
    return [(reason.value, reason.label) for reason in reasons]


class _AboutBatch(forms.Form):
    batch = BatchField(label=_("Batch"), queryset=Batch.objects.none())

    def __init__(self, batches: QuerySet[Batch], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["batch"].queryset = batches  # type: ignore[attr-defined]


class CountForm(_AboutBatch):
    """How many packs of a batch were counted; which number stood in the book is in the page."""

    packs = forms.IntegerField(label=_("Packs counted"), min_value=0, max_value=100_000)
    reason = forms.ChoiceField(label=_("Reason"), choices=_reasons(COUNTING))
    note = forms.CharField(label=_("Note"), required=False, max_length=120)


class WriteOffForm(_AboutBatch):
    """Packs that never go back to the shelf."""

    packs = forms.IntegerField(label=_("Packs"), min_value=1, max_value=100_000)
    reason = forms.ChoiceField(label=_("Reason"), choices=_reasons(WRITING_OFF))
    note = forms.CharField(label=_("Note"), required=False, max_length=120)


class ReadForm(_AboutBatch):
    """What stands on packs of first stock."""

    number = forms.CharField(label=_("Batch on the pack"), max_length=CODE_LENGTH)
    expires = forms.DateField(label=_("Expires"), widget=forms.DateInput(attrs=DAY))


class RecallForm(_AboutBatch):
    """Why a batch is called back, and by whose notice."""

    why = forms.CharField(label=_("Why"), max_length=500)
    notice = forms.CharField(label=_("Notice"), max_length=120, required=False)
