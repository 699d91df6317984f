"""The patient's answers as the desk shows them: what was said in full, the rest folded together."""

from __future__ import annotations

from typing import Any

from shop.patients.wording import described
from shop.review.rules.case import Case
from shop.review.said import NOT_ASKED


def answered(case: Case) -> dict[str, Any]:
    """``said`` in full; by their names what has no answer, and what cannot apply and was not asked."""
    every = described(case.answers, medicines=case.medicines)
    silent = [each for each in every if not each.is_given]
    return {
        "said": [each for each in every if each.is_given],
        "not_said": [each.label for each in silent if case.said.get(each.name) != NOT_ASKED],
        "not_asked": [each.label for each in silent if case.said.get(each.name) == NOT_ASKED],
    }
