"""How hard the patient's sections are to read: the US school grade by Flesch and Kincaid.

    python -m tests.catalogue.reading_age

Prints the table of docs/content.md. A list's items count as sentences; sources do not count.
"""

import re
from pathlib import Path

import textstat

from catalogue.content.document import Content
from catalogue.content.sections import Statement, statements_of

MEDICINES = Path(__file__).resolve().parents[2] / "catalogue" / "medicines"
MARKS = re.compile(r"[*_]|\{emergency\}")
# Names a patient has to know; the second figure counts each as one short word.
NAMES = re.compile(
    r"\b(baclofen|tizanidine|dantrolene|diazepam|methocarbamol|cyclobenzaprine|encephalopathy"
    r"|hallucinations?|multiple sclerosis|cerebral palsy|spasticity|physiotherapy|Lioresal"
    r"|United States|United Kingdom|Australia|Germany|Austria|Switzerland|Singapore)\b",
    re.IGNORECASE,
)


def sentences(statements: list[Statement]) -> str:
    texts = (MARKS.sub("", each.text).replace(" | ", ". ").strip() for each in statements)
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in texts)


def parts(content: Content) -> dict[str, list[Statement]]:
    """What a patient reads, by section."""
    return {
        "strip": [content.lead, *statements_of(content.warning.blocks)],
        **{section.slug: list(statements_of(section.blocks)) for section in content.sections},
        "what to do": [each.statement for each in content.advice],
        "interactions": [
            Statement(f"{each.what_can_happen} {each.customer_text}") for each in content.warnings
        ],
        "compare": [
            cell for row in content.comparison.rows for cell in row.cells.values() if cell.text
        ],
        "questions": [each.answer for each in content.questions],
        "claims": [each.correction for each in content.claims],
    }


def grade(statements: list[Statement], *, with_names: bool = True) -> float:
    text = sentences(statements)
    text = text if with_names else NAMES.sub("name", text)
    return round(textstat.flesch_kincaid_grade(text), 1)


def rows(content: Content) -> list[str]:
    """Lines of the table: section, grade, and grade with medical names counted as short."""
    found = {name: said for name, said in parts(content).items() if said}
    found["all"] = [each for said in found.values() for each in said]
    return [
        f"| {name} | {grade(said):.1f} | {grade(said, with_names=False):.1f} |"
        for name, said in found.items()
    ]


def main() -> None:
    from catalogue.content.files import read_medicine

    for name in ("baclofen", "methocarbamol"):
        print(f"\n{name}\n", *rows(read_medicine(MEDICINES / name)), sep="\n")  # noqa: T201


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.test")
    django.setup()
    main()
