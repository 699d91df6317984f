"""Reads the rules on several medicines together, and which names play which part in them."""

from dataclasses import dataclass, field

from catalogue.content.document import Circumstance, Combination, Interaction, Part
from catalogue.content.folder import Folder, refuse_duplicates
from catalogue.content.interactions import RULE, read_rule
from catalogue.content.located import Notes, Row

FILE = "combinations.yaml"


@dataclass
class Lists:
    """What parts may point to: rows by id, and the groups that the names of a row are split in."""

    notes: Notes
    interactions: dict[str, Interaction]
    groups: dict[str, Part] = field(default_factory=dict)


def read_combinations(
    folder: Folder, interactions: tuple[Interaction, ...]
) -> tuple[Combination, ...]:
    """The combinations of a folder whose interactions have been read."""
    path = folder.path / FILE
    if not folder.is_sold and not path.exists():
        return ()
    notes = folder.notes(FILE)
    root = notes.read(path)
    if not isinstance(root, Row):
        notes.add(1, "must hold “combinations:”")
        return ()
    notes.only(root, {"split", "combinations"})
    lists = Lists(notes, {each.id: each for each in interactions})
    for row in notes.rows(root.get("split", []), root.line_of("split"), "split"):
        _split(lists, row)
    rows = notes.rows(root.get("combinations", []), root.line_of("combinations"), "combinations")
    refuse_duplicates(notes, rows, "id")
    return tuple(_combination(folder, lists, row) for row in rows)


def _split(lists: Lists, row: Row) -> None:
    """Put every name of a row into one group of its own, or among those that cannot be told."""
    notes = lists.notes
    notes.only(row, {"row", "groups", "unclear"})
    groups = row.get("groups")
    groups = groups if isinstance(groups, Row) else Row()
    unclear = notes.texts(row, "unclear")
    told = [(name, groups.line_of(key)) for key in groups for name in notes.texts(groups, key)]
    told += [(name, row.line_of("unclear")) for name in unclear]
    _refuse_gaps(lists, row, told)
    for key in groups:
        if key in lists.groups:
            notes.add(groups.line_of(key), f"group “{key}” stands here twice")
        lists.groups[key] = Part("", names=notes.texts(groups, key), unclear=unclear)


def _refuse_gaps(lists: Lists, row: Row, told: list[tuple[str, int]]) -> None:
    notes, owner = lists.notes, lists.interactions.get(lists.notes.text(row, "row"))
    if owner is None:
        notes.add(row.line, f"there is no interaction “{row.get('row')}”")
        return
    seen: set[str] = set()
    for name, line in told:
        if name not in owner.all_names:
            notes.add(line, f"“{name}” is no name of {owner.id}")
        if name in seen:
            notes.add(line, f"“{name}” stands here twice")
        seen.add(name)
    for name in owner.all_names:
        if name not in seen:
            notes.add(row.line, f"“{name}” of {owner.id} is in no group")


def _combination(folder: Folder, lists: Lists, row: Row) -> Combination:
    notes = lists.notes
    notes.only(row, RULE | {"parts", "circumstance"})
    rule = read_rule(folder, notes, row)
    if rule.id in lists.interactions:
        notes.add(row.line_of("id"), f"“{rule.id}” is an interaction already")
    rows = notes.rows(row.get("parts", []), row.line_of("parts"), "parts")
    parts = tuple(_part(lists, each) for each in rows)
    circumstance = ""
    if "circumstance" in row:
        circumstance = notes.choice(row, "circumstance", Circumstance.values)
    if not parts or (sum(part.fewest for part in parts) == 1 and not circumstance):
        notes.add(row.line, "a combination needs two medicines, or one and a circumstance")
    return Combination(rule, parts, circumstance)


def _part(lists: Lists, row: Row) -> Part:
    notes = lists.notes
    notes.only(row, {"label", "rows", "group", "unclear", "fewest"})
    rows, group = notes.texts(row, "rows"), notes.text(row, "group", default="")
    if bool(rows) == bool(group):
        notes.add(row.line, "a part has either rows or a group")
    for each in rows:
        if each not in lists.interactions:
            notes.add(row.line_of("rows"), f"there is no interaction “{each}”")
    if group and group not in lists.groups:
        notes.add(row.line_of("group"), f"there is no group “{group}”")
    known = lists.groups.get(group, Part(""))
    return Part(
        label=notes.text(row, "label"),
        rows=rows,
        names=known.names,
        unclear=known.unclear + _names(lists, row),
        fewest=_fewest(notes, row),
    )


def _names(lists: Lists, row: Row) -> tuple[str, ...]:
    """The unclear names of a part, each of them a name of some interaction."""
    names = lists.notes.texts(row, "unclear")
    listed = {name for each in lists.interactions.values() for name in each.all_names}
    for name in names:
        if name not in listed:
            lists.notes.add(row.line_of("unclear"), f"no interaction names “{name}”")
    return names


def _fewest(notes: Notes, row: Row) -> int:
    text = notes.text(row, "fewest", default="1")
    if not (text.isascii() and text.isdigit() and int(text)):
        notes.add(row.line_of("fewest"), f"“{text}” is not a number of medicines")
        return 1
    return int(text)
