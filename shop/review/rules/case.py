"""Everything the rules look at; facts only, so that a rule is a pure function of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from catalogue.amounts import Mass, Strength, doses_of
from catalogue.vocabulary.conditions import Found
from shop.continuity.run_out import RunOut
from shop.jurisdictions.profile import Profile
from shop.patients.answers import Answers
from shop.review.comparison import Ordered, Row
from shop.review.said import NOT_ASKED
from shop.review.transcription import Item, Transcription

if TYPE_CHECKING:
    from shop.review.rules.screening import Screening

NOT_KNOWN = "not-known"


@dataclass(frozen=True)
class LastSupply:
    """What this patient was last supplied of a medicine, and the daily dose it was for.

    None is what cannot be told.
    """

    on: datetime.date
    mass: Mass | None
    a_day: Mass | None = None


@dataclass(frozen=True)
class PackFacts:
    """What is known of a tablet: how it divides (equal, unequal, not-known), and what it holds."""

    score_line: str = NOT_KNOWN
    excipients: tuple[str, ...] = (NOT_KNOWN,)


@dataclass(frozen=True)
class Earlier:
    """What the patient answered before this prescription, and when."""

    on: datetime.date
    said: Mapping[str, Any]


@dataclass(frozen=True)
class SeenBefore:
    """Another prescription that this one resembles, and what became of it, in words.

    ``seconded`` says who else looked at both, and why it may go on all the same; empty: nobody has.
    """

    kind: str
    label: str
    reference: str
    fate: str = ""
    is_in_the_way: bool = False
    seconded: str = ""


@dataclass(frozen=True)
class ChangedAnswer:
    """An answer that took the place of another after the prescription was sent, in words.

    ``change`` names the change among those of the prescription.
    """

    name: str
    label: str
    before: str
    now: str
    at: datetime.datetime
    change: str


@dataclass(frozen=True)
class Added:
    """A medicine that a pharmacist added to the patient's own, and where it is from, in words.

    ``struck`` says who struck it out, when and why; what is struck out is not checked.
    """

    medicine: str
    source: str
    whose: str
    by: str
    at: datetime.datetime
    struck: str = ""


@dataclass(frozen=True)
class Paper:
    """A file that was sent: what it is, by which name it is signed for, and what it is in words."""

    name: str
    kind: str
    sha256: str
    words: str
    sent_at: datetime.datetime
    is_evidence: bool = False
    is_new: bool = False


@dataclass(frozen=True)
class Case:
    """One prescription on one day; ``country`` is where it goes (empty: not known).

    ``screenings`` is what is held against the medicines in it, for that country. ``authorised_in``
    says for each medicine and strength in which countries its packs may be supplied;
    ``last_supplies`` is by medicine; ``interactions`` are the results of the checker. ``said`` are the
    patient's answers by the names of the questions, ``found`` what their own words say besides.
    ``days_left`` is what the patient said when sending; ``run_out`` what is known today, and
    ``earliest_arrival`` when what is approved today is expected by the fastest delivery.
    """

    today: datetime.date
    # The day where it comes first: what was read or typed is ahead only after that.
    latest_day: datetime.date
    profile: Profile
    transcription: Transcription
    answers: Answers
    screenings: Mapping[str, Screening] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    found: tuple[Found, ...] = ()
    # Texts of the patient that say more than was found in them, each under its question.
    to_read: tuple[tuple[str, str], ...] = ()
    earlier: Earlier | None = None
    packs: Mapping[tuple[str, Strength], PackFacts] = field(default_factory=dict)
    ordered: tuple[Ordered, ...] = ()
    rows: tuple[Row, ...] = ()
    country: str = ""
    authorised_in: dict[tuple[int, Strength], frozenset[str]] = field(default_factory=dict)
    last_supplies: dict[int, LastSupply] = field(default_factory=dict)
    # Those and the ones before, the oldest first.
    supplies: Mapping[int, tuple[LastSupply, ...]] = field(default_factory=dict)
    days_left: int | None = None
    run_out: RunOut | None = None
    earliest_arrival: datetime.date | None = None
    seen_before: tuple[SeenBefore, ...] = ()
    # Since it was sent, or was last approved.
    changed_answers: tuple[ChangedAnswer, ...] = ()
    added_medicines: tuple[Added, ...] = ()
    # What was sent, the newest first.
    papers: tuple[Paper, ...] = ()
    unscanned: int = 0
    interactions: tuple[dict[str, Any], ...] = ()
    # The same of what the patient alone named, where a pharmacist added to it.
    patients_own: tuple[dict[str, Any], ...] = ()
    # Titles of medicines that have no content to check interactions with.
    unchecked_medicines: tuple[str, ...] = ()
    # Titles of medicines whose content bears no signature, with why.
    unsigned_medicines: tuple[tuple[str, str], ...] = ()
    # What each interaction rule says, by its id.
    rule_texts: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def doses(self) -> str:
        """What was ordered, as a plural: "tablets"."""
        return doses_of(each.form for each in self.ordered)

    @property
    def items(self) -> tuple[Item, ...]:
        return self.transcription.prescribed

    @property
    def age(self) -> int | None:
        """The patient's age in whole years; their own word first, else the prescription's."""
        if self.answers.date_of_birth:
            return self.answers.age_on(self.today)
        return Answers(date_of_birth=self.transcription.date_of_birth).age_on(self.today)

    @property
    def titles(self) -> str:
        """What was ordered, by name."""
        return ", ".join(dict.fromkeys(each.title for each in self.ordered))

    def title_of(self, medicine: str) -> str:
        """What pages call the medicine of a folder."""
        titles = (item.title for item in self.transcription.items if item.medicine == medicine)
        return next(titles, medicine)

    @property
    def medicines(self) -> tuple[str, ...]:
        """The names of the medicines in it, prescribed or ordered."""
        return tuple(dict.fromkeys(item.medicine for item in self.transcription.items))

    @property
    def screened(self) -> tuple[Screening, ...]:
        """What is held against the medicines in it."""
        known = self.screenings
        return tuple(known[name] for name in self.medicines if name in known)

    @property
    def evidence(self) -> tuple[Paper, ...]:
        """What shows that the patient takes it already."""
        return tuple(each for each in self.papers if each.is_evidence)

    def pack_of(self, item: Item) -> PackFacts:
        """What is known of the tablets that are prescribed."""
        return self.packs.get((item.medicine, item.strength), PackFacts())

    def day(self, name: str) -> datetime.date | None:
        """An answer that is a day; None when it was not given, or not asked."""
        said = self.said.get(name)
        if isinstance(said, datetime.date):
            return said
        return datetime.date.fromisoformat(said) if said and said != NOT_ASKED else None

    @property
    def is_taken(self) -> bool:
        """Whether the patient takes it already, by what they said or what was supplied here."""
        ordered = {item.medicine_id for item in self.transcription.items}
        takes = self.said.get("taking") in {"here", "elsewhere"}
        return takes or bool(ordered & self.last_supplies.keys())

    @property
    def may_be_taken(self) -> bool:
        """Whether nothing says that the patient does not take it: who is not sure may."""
        return self.is_taken or self.said.get("taking") not in {"new", "stopped"}
