"""The packs that were scanned so far; each request brings them along, and each is looked at again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from shop.dispensing.contents import Contents, Item
from shop.dispensing.models import How
from shop.dispensing.picking import Picked, WrongPack, names_one, picked

# An order's number and the place of a line in it, as `shop.dispensing.labels` writes it.
LABEL = re.compile(r"\d+-\d+")


@dataclass(frozen=True)
class Place:
    """One line with the packs that were taken for it."""

    item: Item
    packs: tuple[Picked, ...]

    @property
    def missing(self) -> int:
        return self.item.packs - len(self.packs)

    @property
    def counted(self) -> str:
        return _("%(got)s of %(wanted)s") % {"got": len(self.packs), "wanted": self.item.packs}


@dataclass
class Tray:
    """What has been picked of what is to be picked."""

    contents: Contents
    packs: dict[int, list[Picked]] = field(default_factory=dict)
    # The codes of labels that are to be read, and those that were.
    wanted: tuple[str, ...] = ()
    labels: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, contents: Contents, data: Any, *, wanted: Iterable[str] = ()) -> Tray:
        """As the fields of a form have it; what does not fit is left out."""
        tray = cls(contents, wanted=tuple(wanted))
        tray.labels = [code for code in tray.wanted if code in data.getlist("label")]
        for value in data.getlist("pick"):
            how, _colon, code = value.partition(":")
            try:
                tray.put(code, how=How(how))
            except (WrongPack, ValueError):
                continue
        return tray

    def put(self, scanned: str, *, how: How = How.SCANNED) -> None:
        """Take one more pack, or label; raises WrongPack, which names what was scanned and what is wanted."""
        if self.wanted and LABEL.fullmatch(scanned.strip()):
            self._read_label(scanned.strip())
            return
        if names_one(scanned) and scanned.strip() in self._codes:
            raise WrongPack(_("This pack has been scanned already. Scan the other one."))
        wrong: WrongPack | None = None
        is_full = False
        for place in self.places:
            try:
                pack = picked(place.item, scanned, how=how)
            except WrongPack as error:
                wrong = error if wrong is None or place.missing else wrong
                continue
            if place.missing:
                self.packs.setdefault(place.item.line, []).append(pack)
                return
            is_full = True
        if is_full or wrong is None:
            raise WrongPack(_("All packs of it have been scanned. Put this one back."))
        raise wrong

    def _read_label(self, code: str) -> None:
        if code not in self.wanted:
            wanted = {"code": code, "wanted": ", ".join(self.wanted)}
            raise WrongPack(
                _("Label %(code)s belongs to another order. %(wanted)s is to be scanned.") % wanted
            )
        if code not in self.labels:
            self.labels.append(code)

    @property
    def label_places(self) -> list[tuple[str, bool]]:
        """Each label's code, and whether it was read."""
        return [(code, code in self.labels) for code in self.wanted]

    @property
    def _codes(self) -> set[str]:
        return {pack.code for packs in self.packs.values() for pack in packs}

    @property
    def asks(self) -> list[str]:
        """What whoever dispenses is asked about the packs, each once."""
        asked = {pack.asks: None for packs in self.packs.values() for pack in packs if pack.asks}
        return list(asked)

    @property
    def places(self) -> list[Place]:
        return [Place(item, tuple(self.packs.get(item.line, ()))) for item in self.contents.items]

    @property
    def is_complete(self) -> bool:
        are_read = len(self.labels) == len(self.wanted)
        return bool(self.places) and are_read and not any(place.missing for place in self.places)

    @property
    def kept(self) -> list[str]:
        """For the fields of the form."""
        return [f"{pack.how}:{pack.code}" for packs in self.packs.values() for pack in packs]
