"""Reads the interactions of a medicine and the names they are matched by."""

from typing import Any

from catalogue.content.document import Interaction, Severity
from catalogue.content.folder import Folder, refuse_duplicates
from catalogue.content.located import Notes, Row
from catalogue.content.sections import Citer

REVIEW_ACTIONS = [
    "block-until-prescriber",
    "query-prescriber",
    "query-prescriber-if-new",
    "query-prescriber-if-epilepsy",
    "renal-check",
    "renal-check+counsel",
    "counsel+document",
    "counsel",
    "info",
]


def read_interactions(folder: Folder) -> tuple[Interaction, ...]:
    notes, rows = folder.rows_if_sold("interactions.yaml", "interactions")
    refuse_duplicates(notes, rows, "id")
    found = [(read_interaction(folder, notes, row), row) for row in rows]
    owners: dict[str, str] = {}
    for interaction, row in found:
        for name in interaction.names:
            if name in owners:
                reason = f"“{name}” is claimed by {owners[name]} and {interaction.id}"
                notes.add(row.line_of("names"), reason)
            owners.setdefault(name, interaction.id)
    for interaction, row in found:
        for name in interaction.also_names:
            if owners.get(name) in (None, interaction.id):
                notes.add(row.line_of("also_names"), f"no other interaction names “{name}”")
    return tuple(interaction for interaction, _row in found)


def read_interaction(folder: Folder, notes: Notes, row: Row) -> Interaction:
    notes.only(row, {*Interaction.__dataclass_fields__, "sources"} - {"citations"})
    texts: dict[str, Any] = {
        key: notes.text(row, key)
        for key in ("id", "label", "what_can_happen", "customer_text", "effect")
    }
    names = notes.texts(row, "names")
    if any(name != name.strip().lower() for name in names):
        notes.add(row.line_of("names"), "names are written in lower case")
    return Interaction(
        **texts,
        severity=notes.choice(row, "severity", Severity.values),
        mechanism=notes.text(row, "mechanism"),
        management=notes.text(row, "management"),
        review_action=notes.choice(row, "review_action", REVIEW_ACTIONS),
        names=names,
        also_names=notes.texts(row, "also_names"),
        atc=notes.texts(row, "atc"),
        note=notes.text(row, "note", default=""),
        citations=Citer(folder.marks, notes).citations(notes.texts(row, "sources"), row.line),
    )
