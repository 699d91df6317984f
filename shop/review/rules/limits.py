"""What holds for one medicine in one jurisdiction: the file of limits in the medicine's folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from catalogue.content import files
from shop.datafiles import FilesInvalid, Problem, Row, Text, held_to, read_file
from shop.jurisdictions import loading
from shop.jurisdictions.profile import Source, not_in_the_file
from shop.review.rules.alert import RULE_NAMES
from shop.review.rules.dose import DoseLimits
from shop.review.rules.patient import CONDITIONS, PatientLimits
from shop.review.rules.stricter import Fewer
from shop.review.rules.supply import SupplyLimits


def _rule(name: str) -> str:
    if name not in RULE_NAMES:
        raise ValueError(f"there is no rule “{name}”")
    return name


@dataclass(frozen=True, kw_only=True)
class Limits(DoseLimits, PatientLimits, SupplyLimits):
    """The limits of a medicine; ``digest`` is the SHA-256 of their file."""

    lifted_by_prescriber: Fewer[tuple[Annotated[Text, AfterValidator(_rule)], ...]]
    digest: Annotated[str, BeforeValidator(not_in_the_file)] = field(default="", compare=False)


@dataclass(frozen=True)
class _File:
    sources: dict[str, Source]
    everywhere: dict[str, Any]
    jurisdictions: dict[str, dict[str, Any]]


def limits_of_medicines(jurisdiction: str) -> dict[str, Limits]:
    """The limits of each medicine that has some here, by its folder's name. Raises FilesInvalid."""
    folders = sorted(path.parent for path in files.MEDICINES.glob(f"*/{files.LIMITS}"))
    found = {folder.name: _read(folder, jurisdiction) for folder in folders}
    return {name: limits for name, limits in found.items() if limits}


@cache
def _read(folder: Path, jurisdiction: str) -> Limits | None:
    return read(folder, jurisdiction)


def read(folder: Path, jurisdiction: str) -> Limits | None:
    """The limits in a medicine's folder; none where none are given. Raises FilesInvalid."""
    root = read_file(folder / files.LIMITS, name=f"{folder.name}/{files.LIMITS}")
    own = held_to(_File, root).sources
    _refuse_unknown(root["jurisdictions"])
    if jurisdiction not in root["jurisdictions"]:
        return None
    row: Row = root["jurisdictions"][jurisdiction].over(root["everywhere"])
    known = loading.sources() | sources_of(folder) | own
    limits = held_to(Limits, row, context=known)
    problems = [Problem(*row.place, reason) for reason in contradictions(limits)]
    if problems:
        raise FilesInvalid(problems)
    digest = hashlib.sha256((folder / files.LIMITS).read_bytes()).hexdigest()
    return replace(limits, digest=digest, medicine=folder.name)


def _refuse_unknown(jurisdictions: Row) -> None:
    unknown = jurisdictions.keys() - loading.profile_names()
    if unknown:
        raise FilesInvalid(
            [Problem(*jurisdictions.places[n], f"there is no profile “{n}”") for n in unknown]
        )


def sources_of(folder: Path) -> dict[str, Source]:
    """The sources of a medicine's content, as its limits cite them."""
    return {
        each.key: Source(f"{each.publisher}: {each.title}", each.address)
        for each in files.read_sources(folder)
    }


def contradictions(limits: Limits) -> Iterator[str]:
    """What in a medicine's limits cannot be true together."""
    if set(limits.blocks.value) & set(limits.queries.value):
        yield "blocks and queries name the same condition"
    if set(limits.blocks.value) | set(limits.queries.value) != set(CONDITIONS):
        yield "every condition must be blocked or queried"
    if limits.query_above_mg_a_day.value > limits.block_above_mg_a_day.value:
        yield "the dose that is queried is above the one that is blocked"
    kidneys = (
        limits.egfr_end_stage_below.value,
        limits.egfr_block_below.value,
        limits.egfr_always_query_below.value,
        limits.egfr_query_below.value,
    )
    if list(kidneys) != sorted(kidneys):
        yield "the eGFR limits are not in order"
    if limits.age_query_below.value >= limits.age_query_from.value:
        yield "the age limits overlap"
    if set(limits.blocks.value) & set(limits.lifted_by_prescriber.value):
        yield "a condition that is blocked is lifted as well"
