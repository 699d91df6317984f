"""Every message the shop can send: it renders, with nothing empty, and says nothing about health."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from shop.prescriptions.statuses import TOLD_TO_CUSTOMER

FOLDER = Path(settings.BASE_DIR) / "templates" / "emails"
CONTEXT = {
    "reference": "RX7K9Q",
    "number": "100123",
    "name": "Anna",
    "patient": "Arthur Archer",
    "link": "https://pharmacy.example/prescriptions/RX7K9Q/",
    "shop_name": "Alder Pharmacy",
    "until": datetime.date(2026, 12, 24),
    "phone": "+1 555 0100",
    "title": "Look at a payment",
    "words": "Payment 100123: Stripe refused it.",
    "is_demo": True,
}
NAMES_A_DAY = {"task", "prescription_expiring", "prescription_supplies_left"}
PARTS = ["subject.txt", "body.txt", "body.html"]
CODES = sorted({path.name.removesuffix("_subject.txt") for path in FOLDER.glob("*_subject.txt")})
HEALTH = re.compile(r"baclofen|\bmg\b|tablet|kidney|medicine", re.IGNORECASE)


def test_every_event_a_customer_is_told_of_has_its_message() -> None:
    told = {f"prescription_{action}" for action in TOLD_TO_CUSTOMER}
    assert told | NAMES_A_DAY | {"prescription_message"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("part", ["subject.txt", "body.txt", "body.html"])
def test_each_part_renders_with_nothing_left_empty(code: str, part: str) -> None:
    text = render_to_string(f"emails/{code}_{part}", CONTEXT)

    assert "{" not in text
    assert "  ," not in text
    assert CONTEXT["shop_name"] in text
    if not part.startswith("subject"):
        assert CONTEXT["link"] in text
        assert "Anna" in text
        assert "Not a pharmacy" in text


@pytest.mark.parametrize("code", CODES)
def test_a_message_says_whom_it_is_about_in_its_text_only(code: str) -> None:
    """Not in the subject, which a locked telephone shows."""
    parts = {part: render_to_string(f"emails/{code}_{part}", CONTEXT) for part in PARTS}

    assert [part for part, text in parts.items() if "Arthur Archer" in text] == PARTS[1:]
    of_nobody = render_to_string(f"emails/{code}_body.txt", {**CONTEXT, "patient": ""})
    assert "Patient" not in of_nobody


@pytest.mark.parametrize("code", sorted(NAMES_A_DAY))
@pytest.mark.parametrize("part", ["body.txt", "body.html"])
def test_a_message_that_speaks_of_a_last_day_names_it(code: str, part: str) -> None:
    assert "24 December 2026" in render_to_string(f"emails/{code}_{part}", CONTEXT)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("part", ["subject.txt", "body.txt", "body.html"])
def test_no_message_tells_a_reader_over_the_shoulder_anything(code: str, part: str) -> None:
    text = render_to_string(f"emails/{code}_{part}", {**CONTEXT, "is_demo": False})

    assert not HEALTH.search(text)


@pytest.mark.parametrize("code", CODES)
def test_a_subject_is_one_short_line(code: str) -> None:
    subject = render_to_string(f"emails/{code}_subject.txt", CONTEXT).strip()

    assert "\n" not in subject
    assert len(subject) < 78
