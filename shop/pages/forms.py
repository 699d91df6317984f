"""How every form field of the shop is drawn."""

from django.forms.renderers import TemplatesSetting


class ShopFormRenderer(TemplatesSetting):
    field_template_name = "forms/field.html"
