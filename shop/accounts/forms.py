"""Forms that ask who it is: for the password, or for a code from an authenticator app."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from shop.accounts import second_factor, tries
from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest


class CodeField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}
        super().__init__(
            label=_("Code"),
            widget=forms.TextInput(attrs=attrs),
            error_messages={
                "required": _("Enter the code from your authenticator app."),
                "max_length": _(
                    "Enter the code the app shows; a recovery code does not count here."
                ),
            },
            **kwargs,
        )


class RegisterAppForm(ActivateTOTPForm):
    code = CodeField(help_text=_("The 6 digits the app shows for this pharmacy."))


class HintedForm(forms.Form):
    """A form whose code may come from the app or be a recovery code."""

    code = CodeField()
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = get_adapter().code_hint(kwargs["user"])

    def clean_code(self) -> str:
        """The code, unless too many wrong ones were given."""
        try:
            with tries.one_try(context.request, kind="code", email=self.user.email) as this:
                code: str = super().clean_code()  # type: ignore[misc]
                this.is_right = True
        except tries.TooMany as refused:
            raise forms.ValidationError(tries.TOO_MANY) from refused
        return code


class SignInCodeForm(HintedForm, AuthenticateForm):
    pass


class ConfirmCodeForm(HintedForm, ReauthenticateForm):
    pass


class NewRecoveryCodesForm(ConfirmCodeForm):
    """Asks for a code of the app, and no recovery code: a found one would make ten of its kind."""

    code = CodeField(max_length=app_settings.TOTP_DIGITS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("The 6 digits your authenticator app shows now.")
        # Cut off while it is typed, a recovery code would only be wrong.
        del self.fields["code"].widget.attrs["maxlength"]


class ProofForm(ConfirmCodeForm):
    """Stands beside a decision that needs a fresh code (OWASP ASVS 5.0, 7.5.3).

    Its field is there only when the last code is older than `PROOF_MINUTES`; what was typed beside
    it stays when the code is wrong.
    """

    prefix = "proof"

    def __init__(self, request: HttpRequest, data: QueryDict | None = None) -> None:
        super().__init__(data, user=request.user)
        if second_factor.is_fresh(request):
            self.fields.clear()

    def is_given(self) -> bool:
        """Whether nothing more has to be proven; a code that was right then counts for a while."""
        if not self.is_valid():
            return False
        if self.fields:
            self.save()
            self.fields.clear()
        return True


class PasswordForm(forms.Form):
    """The password, once more, before something that an open session alone must not do."""

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
        known = get_account_adapter().authenticate(
            self.request, email=user.email, password=password
        )
        if known != user:
            raise forms.ValidationError(_("This is not your password."))
        return password
