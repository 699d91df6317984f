"""The guards as data, and the table of them in docs/campaign.md."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(__file__).with_name("guards.toml")
DOCUMENT = ROOT / "docs" / "campaign.md"
BEGINS, ENDS = "<!-- guards: made by `make guards` -->\n", "<!-- end of the guards -->\n"


@dataclass(frozen=True)
class Guard:
    """One guard: where it stands, what is written in its place, and who has to notice.

    That is a test, or a schedule of the campaign with the rule that it breaks.
    """

    name: str
    file: str
    there: str
    instead: str
    test: str = ""
    schedule: str = ""
    rule: str = ""

    @property
    def room(self) -> str:
        """The package it stands in: ``shop/placing``."""
        parts = Path(self.file).parts
        return "/".join(parts[: 1 if parts[0] == "catalogue" else 2])

    @property
    def test_name(self) -> str:
        """The function alone, without its file and class."""
        return self.test.rpartition("::")[2]

    @property
    def catcher(self) -> str:
        """Who notices, in words for people."""
        if self.schedule:
            return f"schedule `{self.schedule}`: `{self.rule}`"
        return f"`{self.test_name}` in `{self.test.partition('::')[0]}`"

    def switched_off(self, source: str) -> str:
        """The source without the guard; raises ValueError unless it stands there just once."""
        found = source.count(self.there)
        if found != 1:
            raise ValueError(f"{self.file} holds {found} times, not once: {self.there}")
        return source.replace(self.there, self.instead)


def all_guards() -> list[Guard]:
    """Every guard of the file, in its order."""
    return [Guard(**row) for row in tomllib.loads(DATA.read_text())["guard"]]


def rows(guards: Iterable[Guard]) -> Iterator[str]:
    """The table, line by line."""
    yield "| room | guard | noticed by |"
    yield "|---|---|---|"
    for guard in guards:
        yield f"| `{guard.room}` | {guard.name} | {guard.catcher} |"


def document_with(guards: list[Guard]) -> str:
    """The document with the table as it has to be."""
    before, _, rest = DOCUMENT.read_text().partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    count = f"{len(guards)} guards, and each is noticed:\n\n"
    return "".join([before, BEGINS, count, *(f"{row}\n" for row in rows(guards)), ENDS, after])
