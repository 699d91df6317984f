"""What in a medicine's content cannot be true together: each with the path of its entry."""

from collections.abc import Collection, Iterator
from pathlib import Path

from catalogue.content import addresses
from catalogue.content.document import Combination, Content, Interaction, Part, Split
from catalogue.content.sections import EMERGENCY, Block, Country, Mark, statements_of
from catalogue.content.short import begun_by, said_in
from catalogue.names import key_of

Fault = tuple[tuple[str | int, ...], str]


def contradictions(content: Content, *, medicine: Path) -> Iterator[Fault]:
    """Everything that only shows when entries are held against each other."""
    yield from _addresses(content)
    yield from _see_also(content, medicine)
    rows_differ = list(_comparison(content))
    yield from rows_differ or _emergency(content)
    yield from () if rows_differ else _short(content)
    yield from _interactions(content)
    rows = {each.id: each for each in content.interactions}
    yield from _words(content, rows.keys())
    for n, split in enumerate(content.split):
        yield from _split(n, split, rows)
    for n, combination in enumerate(content.combinations):
        yield from _combination(n, combination, rows)


def _addresses(content: Content) -> Iterator[Fault]:
    """Where readers are sent: what nobody has read at its publisher's is named in words alone."""
    for n, source in enumerate(content.sources):
        if not source.address:
            continue
        if why := addresses.why_not(source.address):
            yield ("sources", n, "address"), why
        elif source.mark != Mark.VERIFIED:
            yield ("sources", n, "address"), "only what was read at its publisher’s has an address"


def _short(content: Content) -> Iterator[Fault]:
    """The leaflet says what the page says, and each of its lines is one statement for a reader."""
    for n, part in enumerate(content.short):
        for m, words in enumerate(part.says):
            found = begun_by(words, content)
            if not found:
                yield ("short", n, "says", m), f"no statement of the page begins with “{words}”"
            for country in Country:
                if sum(each.is_for(country) for each in found) > 1:
                    reason = f"“{words}” begins more than one statement for {country}"
                    yield ("short", n, "says", m), reason
    if content.short:
        yield from _left_out(content)


def _left_out(content: Content) -> Iterator[Fault]:
    """What the page warns of in a box that nobody may miss, and the leaflet does not say."""
    said = {each.text for part in content.short for each in said_in(part, content)}
    for block in (*content.warning.blocks, *_boxes(content)):
        for each in statements_of((block,)):
            if each.text not in said:
                yield ("short",), f"the leaflet leaves out “{each.text[:60]}”"


def _boxes(content: Content) -> Iterator[Block]:
    for section in content.sections:
        yield from (block for block in section.blocks if block.kind in ("warn", "now"))


def _emergency(content: Content) -> Iterator[Fault]:
    """The number of a country stands for the mark in sections only: nothing else is for one country."""
    inside = {id(said) for section in content.sections for said in statements_of(section.blocks)}
    for said in content.statements():
        if EMERGENCY in said.text and id(said) not in inside:
            yield (), f"“{EMERGENCY}” can only stand in a section"


def _see_also(content: Content, medicine: Path) -> Iterator[Fault]:
    for n, each in enumerate(content.see_also):
        if each.medicine == medicine.name:
            yield ("see_also", n), "a medicine cannot point to itself"
        elif not (medicine.parent / each.medicine / "medicine.yaml").exists():
            yield ("see_also", n), f"there is no medicine “{each.medicine}”"


def _comparison(content: Content) -> Iterator[Fault]:
    medicines = content.comparison.medicines
    for n, row in enumerate(content.comparison.rows):
        for name in row.cells.keys() - set(medicines):
            yield ("comparison", "rows", n, "cells", name), f"“{name}” is not a known entry"
        for name in set(medicines) - row.cells.keys():
            yield ("comparison", "rows", n, "cells"), f"“{name}” is missing"


def _interactions(content: Content) -> Iterator[Fault]:
    # Names that are typed alike are one name: “co-codamol” and “cocodamol”.
    owners: dict[str, str] = {}
    for n, each in enumerate(content.interactions):
        if not each.names:
            reason = "an interaction needs names; several together are a combination"
            yield ("interactions", n), reason
        for name in each.names:
            owner = owners.setdefault(key_of(name), each.id)
            if owner != each.id:
                reason = f"“{name}” is claimed by {owner} and {each.id}"
                yield ("interactions", n, "names"), reason
    for n, each in enumerate(content.interactions):
        for name in each.also_names:
            if owners.get(key_of(name)) in {None, each.id}:
                yield ("interactions", n, "also_names"), f"no other interaction names “{name}”"


def _words(content: Content, rows: Collection[str]) -> Iterator[Fault]:
    """Words belong to a row that there is, and a class has an id of its own."""
    named: list[tuple[tuple[str | int, ...], str]]
    named = [(("words", n, "row"), each.row) for n, each in enumerate(content.words)]
    named += [
        (("classes", n, "row"), each.row) for n, each in enumerate(content.classes) if each.row
    ]
    named += [
        (("classes", n, "may_be"), row)
        for n, each in enumerate(content.classes)
        for row in each.may_be
    ]
    for path, row in named:
        if row not in rows:
            yield path, f"there is no interaction “{row}”"
    for n, each in enumerate(content.classes):
        if each.id in rows:
            yield ("classes", n, "id"), f"“{each.id}” is an interaction already"


def _split(n: int, split: Split, rows: dict[str, Interaction]) -> Iterator[Fault]:
    """Every name of a row stands in one group, or among those that cannot be told."""
    path = ("split", n)
    if split.row not in rows:
        yield path, f"there is no interaction “{split.row}”"
        return
    owner, seen = rows[split.row], set()
    told = [(("groups", key), name) for key, names in split.groups.items() for name in names]
    for where, name in [*told, *((("unclear",), name) for name in split.unclear)]:
        if name not in owner.all_names:
            yield (*path, *where), f"“{name}” is no name of {owner.id}"
        if name in seen:
            yield (*path, *where), f"“{name}” stands here twice"
        seen.add(name)
    for name in owner.all_names:
        if name not in seen:
            yield path, f"“{name}” of {owner.id} is in no group"


def _combination(n: int, combination: Combination, rows: dict[str, Interaction]) -> Iterator[Fault]:
    path = ("combinations", n)
    if combination.id in rows:
        yield (*path, "id"), f"“{combination.id}” is an interaction already"
    fewest = sum(part.fewest for part in combination.parts)
    if fewest == 0 or (fewest == 1 and not combination.circumstance):
        yield path, "a combination needs two medicines, or one and a circumstance"
    for m, part in enumerate(combination.parts):
        for where, reason in _part(part, rows):
            yield (*path, "parts", m, *where), reason


def _part(part: Part, rows: dict[str, Interaction]) -> Iterator[Fault]:
    if bool(part.rows) == bool(part.group.names):
        yield (), "a part has either rows or a group"
    for each in part.rows:
        if each not in rows:
            yield ("rows",), f"there is no interaction “{each}”"
    listed = {name for each in rows.values() for name in each.all_names}
    for name in part.also_unclear:
        if name not in listed:
            yield ("unclear",), f"no interaction names “{name}”"
