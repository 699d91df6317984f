"""The packs that were scanned so far; each request brings them along, and each is looked at again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from shop.dispensing.contents import Contents, Item
from shop.dispensing.models import How
from shop.dispensing.picking import Picked, WrongPack, names_one, picked


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

    @classmethod
    def of(cls, contents: Contents, data: Any) -> Tray:
        """As the fields of a form have it; what does not fit is left out."""
        tray = cls(contents)
        for value in data.getlist("pick"):
            how, _colon, code = value.partition(":")
            try:
                tray.put(code, how=How(how))
            except (WrongPack, ValueError):
                continue
        return tray

    def put(self, scanned: str, *, how: How = How.SCANNED) -> None:
        """Take one more pack; raises WrongPack, which names what was scanned and what is wanted."""
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
        return bool(self.places) and not any(place.missing for place in self.places)

    @property
    def kept(self) -> list[str]:
        """For the fields of the form."""
        return [f"{pack.how}:{pack.code}" for packs in self.packs.values() for pack in packs]
