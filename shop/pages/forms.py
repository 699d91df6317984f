"""How every form field of the shop is drawn."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

CHOICE_GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
NOT_BOXED = (forms.CheckboxInput, forms.FileInput, forms.HiddenInput, forms.MultiWidget)


class ShopBoundField(BoundField):
    """A field that brings its own classes, so that no form has to name them."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if not isinstance(widget, (*CHOICE_GROUPS, *NOT_BOXED)):
            own = built.get("class") or widget.attrs.get("class", "")
            built["class"] = f"{own} input".strip()
        if "placeholder" in widget.attrs:
            # The label says it already, and a grey word in a box looks like an answer.
            built["placeholder"] = False
        return built

    @property
    def named_errors(self) -> list[str]:
        """The errors as they read away from their field: "required" alone would name nothing."""
        bare = forms.Field.default_error_messages["required"]
        named = _("%(label)s: this is needed.") % {"label": self.label}
        return [str(named) if error == bare else error for error in self.errors]

    @property
    def is_choice_group(self) -> bool:
        return isinstance(self.field.widget, CHOICE_GROUPS)

    @property
    def is_file(self) -> bool:
        return isinstance(self.field.widget, forms.FileInput)

    @property
    def first_input_id(self) -> str:
        """The id an error summary links to: the field's first control."""
        if self.is_choice_group:
            return f"{self.auto_id}_0"
        return self.id_for_label or f"{self.auto_id}_0"


class ShopFormRenderer(TemplatesSetting):
    field_template_name = "forms/field.html"
    bound_field_class = ShopBoundField


class DatePartsWidget(forms.MultiWidget):
    """Day, month and year as three boxes: quicker than a calendar for a date one knows."""

    template_name = "forms/date_parts.html"
    use_fieldset = True
    labels = (_("Day"), _("Month"), _("Year"))

    def __init__(self, autocomplete: str = "") -> None:
        names = ("day", "month", "year")
        boxes = []
        for name in names:
            attrs = {"inputmode": "numeric", "class": "input input--xs"}
            if autocomplete:
                attrs["autocomplete"] = f"{autocomplete}-{name}"
            boxes.append(forms.TextInput(attrs=attrs))
        super().__init__(dict(zip(names, boxes, strict=True)))

    def decompress(self, value: date | None) -> list[Any]:
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for box, label in zip(context["widget"]["subwidgets"], self.labels, strict=True):
            box["label"] = label
        return context

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> bool:
        return all(f"{name}_{part}" not in data for part in ("day", "month", "year"))


class DatePartsField(forms.MultiValueField):
    """A date typed as day, month and year; cleans to a `date`."""

    default_error_messages = {  # noqa: RUF012
        "required": _("Enter the date as day, month and year"),
        "incomplete": _("Enter the day, the month and the year"),
        "invalid": _("Enter a real date, with the year in four digits"),
    }

    def __init__(self, *, autocomplete: str = "", **kwargs: Any) -> None:
        wrong = {"invalid": self.default_error_messages["invalid"]}
        fields = (
            forms.IntegerField(min_value=1, max_value=31, error_messages=wrong),
            forms.IntegerField(min_value=1, max_value=12, error_messages=wrong),
            forms.IntegerField(min_value=1000, max_value=9999, error_messages=wrong),
        )
        kwargs.setdefault("widget", DatePartsWidget(autocomplete))
        super().__init__(fields, **kwargs)

    def compress(self, data_list: list[int]) -> date | None:
        if not data_list:
            return None
        day, month, year = data_list
        try:
            return date(year, month, day)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
