"""Reads the interactions of a medicine and the names they are matched by."""

from dataclasses import replace

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
# The entries that every rule has, whatever sets it off.
RULE = {
    "id",
    "label",
    "severity",
    "what_can_happen",
    "customer_text",
    "effect",
    "mechanism",
    "management",
    "review_action",
    "note",
    "sources",
}


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
    notes.only(row, RULE | {"names", "also_names", "atc"})
    names = notes.texts(row, "names")
    if not names:
        notes.add(row.line, "an interaction needs names; several together are a combination")
    if any(name != name.strip().lower() for name in names):
        notes.add(row.line_of("names"), "names are written in lower case")
    return replace(
        read_rule(folder, notes, row),
        names=names,
        also_names=notes.texts(row, "also_names"),
        atc=notes.texts(row, "atc"),
    )


def read_rule(folder: Folder, notes: Notes, row: Row) -> Interaction:
    """What a row says and does, without what sets it off."""
    return Interaction(
        id=notes.text(row, "id"),
        label=notes.text(row, "label"),
        severity=notes.choice(row, "severity", Severity.values),
        what_can_happen=notes.text(row, "what_can_happen"),
        customer_text=notes.text(row, "customer_text"),
        effect=notes.text(row, "effect"),
        mechanism=notes.text(row, "mechanism"),
        management=notes.text(row, "management"),
        review_action=notes.choice(row, "review_action", REVIEW_ACTIONS),
        names=(),
        also_names=(),
        atc=(),
        note=notes.text(row, "note", default=""),
        citations=Citer(folder.marks, notes).citations(notes.texts(row, "sources"), row.line),
    )
