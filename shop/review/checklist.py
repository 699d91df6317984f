"""What a pharmacist thinks through before a supply; pharmacy standards CLN-3."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Answer(TextChoices):
    """Yes is fine; no is adverse and needs a note."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    NOT_APPLICABLE = "na", _("Not applicable")


class Point(NamedTuple):
    name: str
    text: Any


CLINICAL = (
    Point("indication", _("The indication is known and fits")),
    Point("dose", _("Dose, steps and maximum fit")),
    Point("kidneys", _("Kidney function is considered")),
    Point("age", _("Age is considered")),
    Point("pregnancy", _("Pregnancy and breastfeeding are considered")),
    Point("epilepsy", _("Epilepsy and fits are considered")),
    Point("psychiatric", _("Mental health and suicide risk are considered")),
    Point("ulcer", _("Stomach ulcer is considered")),
    Point("breathing", _("Breathing problems and sleep apnea are considered")),
    Point("stroke", _("Stroke and Parkinson disease are considered")),
    Point("alcohol", _("Alcohol is considered")),
    Point("driving", _("Driving and machines are considered")),
    Point("swallowing", _("The patient can take this dose form")),
    Point("interactions", _("Other medicines are considered")),
    Point("duplicates", _("The same medicine is not taken twice")),
    Point("withdrawal", _("There is a plan for stopping slowly")),
    Point("first_supply", _("First or continuing supply is settled")),
    Point("supply_gap", _("The supply arrives before the patient runs out")),
    Point("excipients", _("Allergies and excipients are considered")),
)
