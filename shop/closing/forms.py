"""The password, once more, before something cannot be undone."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.utils.translation import gettext_lazy as _

from shop.accounts.requests import SignedInRequest


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: SignedInRequest, *args: Any) -> None:
        self.request = request
        super().__init__(*args)

    def clean_password(self) -> str:
        """Checked as at the sign-in, which also counts wrong ones."""
        password: str = self.cleaned_data["password"]
        user = self.request.user
        known = get_adapter().authenticate(self.request, email=user.email, password=password)
        if known != user:
            raise forms.ValidationError(_("This is not your password."))
        return password
