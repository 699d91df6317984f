"""What is known of a pack's contents: who makes it, what else is in it, and how a tablet divides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field

from catalogue.amounts import DoseForm
from catalogue.content.sections import Citations
from shop.datafiles import Positive, Text

NOT_KNOWN = "not known"


class ScoreLine(models.TextChoices):
    """What a score line is for; halves are only equal where a text says so."""

    EQUAL_HALVES = "equal halves", _("divides into equal halves")
    SWALLOWING = (
        "for swallowing only",
        _("only makes it easier to swallow: it gives no equal halves"),
    )
    NOT_KNOWN = NOT_KNOWN, _("not known yet")


def _none_or_some(value: Any) -> Any:
    return () if value == [] else value


def _excipients(value: Any) -> Any:
    """A list of what is in it; the words that nobody has read it stand for no list at all."""
    if value == NOT_KNOWN:
        return None
    if isinstance(value, str) or value == []:
        raise ValueError(f"“excipients” is a list of names, or “{NOT_KNOWN}”")
    return value


@dataclass(frozen=True, kw_only=True)
class Make:
    """The make of one pack. Where a text has not been read, it is not known: never guessed."""

    maker: Text = NOT_KNOWN
    # None where nobody has read them.
    excipients: Annotated[tuple[Text, ...] | None, BeforeValidator(_excipients)] = None
    score_line: ScoreLine = ScoreLine.NOT_KNOWN
    citations: Annotated[Citations, BeforeValidator(_none_or_some), Field(alias="sources")] = ()

    def __post_init__(self) -> None:
        if self.is_known and not self.citations:
            raise ValueError("what is known of a pack names its sources")

    @property
    def is_known(self) -> bool:
        """Whether anything at all is."""
        return self.has_known_maker or bool(self.excipients) or self.has_known_score_line

    @property
    def has_known_maker(self) -> bool:
        return self.maker != NOT_KNOWN

    @property
    def has_known_score_line(self) -> bool:
        return self.score_line != ScoreLine.NOT_KNOWN

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Each thing a patient may ask of it, and the answer."""
        unread = str(ScoreLine.NOT_KNOWN.label)
        return (
            (str(_("Maker")), self.maker if self.has_known_maker else unread),
            (str(_("Other ingredients")), ", ".join(self.excipients or (unread,))),
            (str(_("Score line")), str(self.score_line.label)),
        )


@dataclass(frozen=True, kw_only=True)
class PackMake(Make):
    """The make of the pack with this SKU; a strength is written as on its label."""

    sku: Text
    form: DoseForm
    strength: Text
    units: Positive

    def __post_init__(self) -> None:
        super().__post_init__()
        self.form.strength(self.strength)

    @property
    def make(self) -> Make:
        """What is known, whatever the pack's size."""
        return Make(**{name: getattr(self, name) for name in Make.__dataclass_fields__})

    @property
    def of(self) -> str:
        """In words: "10 mg tablets"."""
        return self.form.named(self.form.strength(self.strength))


def by_make(packs: Iterable[PackMake]) -> list[tuple[str, list[str], Make]]:
    """What a pack holds, the sizes that hold just the same, and what is known of them."""
    groups = groupby(packs, key=lambda pack: (pack.of, pack.make))
    return [
        (of, [pack.form.counted(pack.units) for pack in some], make) for (of, make), some in groups
    ]
