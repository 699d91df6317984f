"""How every form field of the shop is drawn."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

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
        return [str(named if error == bare else error) for error in self.errors]

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
