"""What a pharmacist thinks through before a supply, and what settles each point; standards CLN-3."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Answer(TextChoices):
    """Yes is fine; no is adverse and needs a note."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    NOT_APPLICABLE = "na", _("Not applicable")


class Point(NamedTuple):
    """One point: the question behind it, and the answers and findings that settle it.

    Each of ``questions`` has to be answered; of names with “|” between them one is enough. ``findings``
    are patterns of the rules' names. ``is_on_paper``: it waits until the prescription is transcribed.
    Without questions, findings or paper it is for the pharmacist alone.
    """

    name: str
    text: Any
    questions: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    is_on_paper: bool = False
    may_not_apply: bool = False

    def is_about(self, rule: str) -> bool:
        return any(fnmatchcase(rule, pattern) for pattern in self.findings)

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """The answers there are to it; that it does not apply only where that can be."""
        out = () if self.may_not_apply else (Answer.NOT_APPLICABLE,)
        return [pair for pair in Answer.choices if pair[0] not in out]


CLINICAL = (
    Point(
        "indication",
        _("Is it known what it is for, and does it fit?"),
        questions=("indication",),
        findings=("indication-*",),
    ),
    Point(
        "dose",
        _("Do the dose, its steps and the maximum fit?"),
        findings=(
            *("*-dose-*", "dose-*", "doses-*", "first-strength", "step-*", "*-from-last"),
            *("directions-*", "no-directions", "half-tablet", "quantity", "no-quantity"),
            *("not-prescribed", "days-of-supply", "restart"),
        ),
        is_on_paper=True,
    ),
    Point(
        "kidneys",
        _("Does the dose fit the kidneys?"),
        questions=("kidney_problems",),
        findings=("kidneys-*",),
    ),
    Point(
        "age",
        _("Does it fit the age?"),
        questions=("date_of_birth",),
        findings=("age-*", "child", "child-*"),
    ),
    Point(
        "pregnancy",
        _("Does it fit a pregnancy, or breastfeeding?"),
        questions=("pregnancy",),
        findings=("pregnancy", "pregnancy-*", "breastfeeding"),
        may_not_apply=True,
    ),
    Point(
        "epilepsy",
        _("Has the patient no epilepsy or fits, or is that settled?"),
        questions=("epilepsy",),
        findings=("epilepsy", "epilepsy-*"),
        may_not_apply=True,
    ),
    Point(
        "psychiatric",
        _("Is it settled what a mental illness or thoughts of suicide mean for it?"),
        questions=("mental_illness", "self_harm"),
        findings=("mental-illness", "mental-illness-*", "self-harm", "self-harm-*"),
    ),
    Point(
        "ulcer",
        _("Has the patient no stomach ulcer, or is that settled?"),
        questions=("ulcer",),
        findings=("ulcer-*",),
        may_not_apply=True,
    ),
    Point(
        "breathing",
        _("Has the patient no trouble breathing and no sleep apnoea, or is that settled?"),
        questions=("breathing",),
        findings=("breathing", "breathing-*"),
        may_not_apply=True,
    ),
    Point(
        "stroke",
        _("Has the patient had no stroke and no Parkinson’s disease, or is that settled?"),
        questions=("stroke", "parkinsons"),
        findings=("stroke-*", "parkinson", "parkinson-*"),
        may_not_apply=True,
    ),
    Point(
        "alcohol",
        _("Is it settled what alcohol means for it?"),
        questions=("alcohol",),
        findings=("alcohol", "alcohol-*"),
        may_not_apply=True,
    ),
    Point(
        "driving",
        _("Is it settled what it means for driving and machines?"),
        questions=("driving",),
        findings=("driving",),
        may_not_apply=True,
    ),
    Point(
        "swallowing",
        _("Can the patient take this dose form?"),
        questions=("swallowing",),
        findings=("swallowing",),
    ),
    Point(
        "interactions",
        _("Does it fit the other medicines?"),
        questions=("other_medicines|takes_nothing_else",),
        findings=(
            *("interaction", "opioid", "street-drug", "street-drug-*", "not-recognized"),
            *("nothing-known", "medicines-unclear", "no-content", "pump", "pump-*"),
        ),
    ),
    Point("duplicates", _("Have you made sure that the same is not supplied twice?")),
    Point(
        "withdrawal",
        _("Does the patient know how it is stopped slowly, and who plans that?"),
        may_not_apply=True,
    ),
    Point(
        "first_supply",
        _("Is it settled whether this is a first or a further supply?"),
        questions=("taking",),
        findings=("taking-*", "*-evidence", "restart", "answers-contradict"),
        is_on_paper=True,
    ),
    Point(
        "supply_gap",
        _("Does it arrive before the patient runs out?"),
        questions=("taking", "days_left"),
        findings=("supply-gap", "arrival-late", "days-left-unknown"),
    ),
    Point(
        "excipients",
        _("Does the patient tolerate all that is in it?"),
        questions=("allergies",),
        findings=("allergy-*", "conditions-unknown"),
    ),
)
