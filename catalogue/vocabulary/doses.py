"""What in a text counts: doses, strengths, schedules and hours. None of them is a medicine."""

from __future__ import annotations

import re

UNIT = (
    r"mgs?|mcgs?|μg|µg|ug|g|grams?|mls?|l|iu|ie|ui|units?|mmol|meq|%|milligrams?|micrograms?|mikrogramm|"
    r"milligramm|mg/ml|e|u"
)
FORM = (
    r"tablets?|tabs?|capsules?|caps?|pills?|puffs?|drops?|sprays?|sachets?|spoonfuls?|doses?"
    r"|patch(?:es)?|tabletten?|kapseln?|tropfen|h[uü]be?|st[uü]ck|comprimidos?|pastillas?|gotas?"
)
NUMBER = r"\d+(?:[.,]\d+)?"
NOT_AFTER_NUMBER = r"(?<!\d)(?<!\d[.,])"
_TIMES = r"x|×|times|mal|veces|vez"
DOSE = re.compile(
    rf"{NOT_AFTER_NUMBER}{NUMBER}(?:\s*[/x×-]\s*{NUMBER})*\s*(?:{UNIT}|{_TIMES})(?![^\W_])"
    rf"(?:\s*/\s*(?:{NUMBER}\s*)?(?:{UNIT}|h|hr|day|dose|d|tag|día)(?![^\W_]))*"
    # “1-0-1”, as German prescriptions write a day.
    r"|(?<![\d-])[\d½](?:\s*[-–]\s*[\d½]){2,3}(?![\d-])"
    # An hour.
    r"|\b\d{1,2}(?:[:.]\d\d)?\s*(?:am|pm|uhr|h|hrs|o.?clock)\b|\b\d{1,2}:\d\d\b"
    rf"|{NOT_AFTER_NUMBER}\d\s*/\s*\d(?:\s+(?:of\s+)?(?:a\s+)?(?:{FORM}))?(?![^\W_])"
    rf"|(?:x|×)\s*{NUMBER}\b"
    rf"|{NUMBER}\s*(?:puffs?|drops?|sprays?|sachets?|patch(?:es)?|tropfen|h[uü]be?|gotas)\b"
    # “cada 8 horas”, “alle 3 Tage”, “q6h”.
    r"|\b(?:cada|alle)\s+\d+\s*(?:horas?|días?|dias?|semanas?|meses|stunden|std|tage|wochen|monate)\b"
    r"|\bq\s?\d+\s?h(?:rs?)?\b"
    r"|\b(?:once|twice|thrice|one|two|three|four|half)\b"
    rf"|^\s*(?:{NUMBER}|one|two|half)\s*(?:a\s+)?(?:{FORM})\b"
    r"|\b(?:at|every|each|per|in\s+the|a|before|after)\s+(?:other\s+)?"
    r"(?:\d+\s+)?(?:night|day|morning|evening|bedtime|bed|week|month|hours?|meals?|months|weeks|days)\b"
    r"|\b(?:as|when|if)\s+(?:needed|required|necessary)\b|\bdaily\b|\bweekly\b|\bnightly\b",
    re.IGNORECASE,
)
_MASS = r"(?:\s*(?:mgs?|mcgs?|μg|ug|g|grams?))?"
# Two strengths, as in “30/500”: a product of two ingredients, unlike the 120 mg/5 ml of a syrup.
MIXTURE = re.compile(
    rf"{NOT_AFTER_NUMBER}{NUMBER}{_MASS}\s*[/+]\s*\d{{2,}}(?:[.,]\d+)?{_MASS}(?![^\W_])",
    re.IGNORECASE,
)


def spans(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where doses stand, and where the strengths of a mixture do, which are doses too."""
    mixtures = [match.span() for match in MIXTURE.finditer(text)]
    return [*mixtures, *(match.span() for match in DOSE.finditer(text))], mixtures


def lies_in(inside: list[tuple[int, int]], place: int) -> bool:
    return any(first <= place < last for first, last in inside)
