"""Writes checked content as a new version, and says what changed."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalogue.content.document import Content
from catalogue.content.models import ContentVersion, Medicine
from catalogue.shelf import put_on_the_shelf
from shop.audit import log, states


@dataclass(frozen=True)
class Loaded:
    """What one load did to a medicine."""

    version: ContentVersion
    is_new: bool
    changes: tuple[str, ...]


def digest_of(document: dict[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def load(contents: dict[Path, Content]) -> list[Loaded]:
    """Load what every folder holds, or nothing."""
    with transaction.atomic():
        return [_store(folder, content) for folder, content in contents.items()]


def _store(folder: Path, content: Content) -> Loaded:
    medicine = put_on_the_shelf(folder)
    rows = Medicine.objects.select_for_update(of=("self",)).select_related("version", "shown")
    medicine = rows.get(pk=medicine.pk)
    document = content.as_json()
    current, digest = medicine.version, digest_of(document)
    if current is not None and current.digest == digest:
        return Loaded(current, is_new=False, changes=())
    version = ContentVersion.objects.create(
        medicine=medicine,
        number=current.number + 1 if current else 1,
        digest=digest,
        document=document,
        review_by=dt.date.fromisoformat(content.review_by),
        loaded_at=timezone.now(),
    )
    medicine.name, medicine.version = content.name, version
    if medicine.shown is None or medicine.shown.signature_id is None:
        medicine.shown = version
    words = (content.name, content.title, *content.brands, *content.search_words)
    medicine.search_text = "\n".join(words).lower()
    named = {"version": version.number, "digest": digest}
    with states.changing(medicine, action="content.load", actor=log.SYSTEM, details=named):
        medicine.save()
    return Loaded(
        version, is_new=True, changes=changes(current.content if current else None, content)
    )


def changes(old: Content | None, new: Content) -> tuple[str, ...]:
    """What is new, gone or different, in words."""
    if old is None:
        return ("first version",)
    before, after = _parts(old), _parts(new)
    return (
        *(f"new: {key}" for key in after if key not in before),
        *(f"gone: {key}" for key in before if key not in after),
        *(f"changed: {key}" for key in after if key in before and before[key] != after[key]),
    )


def _parts(content: Content) -> dict[str, object]:
    page = (content.title, content.description, content.codes, content.brands, content.review_by)
    return {
        "medicine": (*page, content.search_words, content.lead, content.warning, content.facts),
        "stopping": content.stopping,
        **{f"asked {row.question}": row for row in content.asked},
        **{f"section {section.slug}": section for section in content.sections},
        **{f"side effect {row.name}": row for row in content.side_effects},
        "advice on side effects": content.advice,
        "leaflet": content.short,
        "label": content.cautions,
        "comparison": content.comparison,
        "see also": content.see_also,
        **{f"question {row.question}": row for row in content.questions},
        **{f"claim {row.claim}": row for row in content.claims},
        **{f"interaction {row.id}": row for row in content.interactions},
        **{f"combination {row.id}": row for row in content.combinations},
        **{f"pack {row.sku}": row for row in content.packs},
        **{f"words of {row.row}": row for row in content.words},
        **{f"class {row.id}": row for row in content.classes},
        **{f"silent {row.id}": row for row in content.silent},
        **{f"source {row.key}": row for row in content.sources},
    }
