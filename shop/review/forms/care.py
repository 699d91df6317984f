"""What the desk asks at a first supply."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.review.care import Care, Counselling, FollowUp, Letter, is_first_supply, may_write
from shop.review.forms.transcription import NOTHING, DeskForm
from shop.review.rules.case import Case


class CareForm(DeskForm):
    """Counselling, asking how it goes, the letter; nothing of it for whoever goes on with a medicine."""

    counselling = forms.ChoiceField(
        label=_("Counselling"), required=False, choices=[*NOTHING, *Counselling.choices]
    )
    follow_up = forms.ChoiceField(
        label=_("After a first supply"), required=False, choices=[*NOTHING, *FollowUp.choices]
    )
    letter = forms.ChoiceField(
        label=_("Letter to the regular doctor"), required=False, choices=[*NOTHING, *Letter.choices]
    )
    why = forms.CharField(label=_("Why not"), required=False, max_length=500)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_first_supply(case):
            self.fields.clear()
        elif not may_write(case):
            del self.fields["letter"]

    def care(self) -> Care:
        return Care(**self.cleaned_data)
