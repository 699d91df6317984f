"""One message of the thread between a customer and the pharmacists."""

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.prescriptions.messages.thread import LONGEST_TEXT


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Write your message first."),
            "max_length": _("Write %(limit_value)d characters at most; this has %(show_value)d."),
        },
    )
