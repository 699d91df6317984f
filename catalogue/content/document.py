"""What a medicine's content consists of; kept as one JSON document per version."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, TypeVar, get_args

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationInfo

from catalogue.content.makes import Make, PackMake
from catalogue.content.sections import (
    EMERGENCY,
    Block,
    Blocks,
    Citation,
    Citations,
    Cited,
    ForEverybody,
    Group,
    Mark,
    Statement,
    blocks_for,
    known_in,
    refuse_countries,
    statements_of,
)
from shop.datafiles import Positive, Text
from shop.help_lines.table import emergency_number

T = TypeVar("T")
Words = TypeVar("Words", bound=models.TextChoices)
# Every section a page may have, in its order; the link list of the page follows it.
Slug = Literal[
    "start",
    "for",
    "before",
    "how",
    "stop",
    "side",
    "mix",
    "family",
    "overdose",
    "store",
    "works",
    "opinions",
]
SECTIONS: tuple[str, ...] = get_args(Slug)
ReviewAction = Literal[
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


class Severity(models.TextChoices):
    """The house scale of interactions, worst first."""

    CONTRAINDICATED = "contraindicated", _("Do not take together")
    MAJOR = "major", _("Avoid, or only as your doctor says")
    MODERATE = "moderate", _("Check first")
    MINOR = "minor", _("Tell us")
    NONE_DOCUMENTED = "none-documented", _("None found in the texts we checked")

    @property
    def rank(self) -> int:
        """Its place in the scale, 0 for the worst."""
        return list(Severity).index(self)

    @property
    def is_grave(self) -> bool:
        """Whether a reader might stop a medicine for it, which is dangerous of itself."""
        return self in {Severity.CONTRAINDICATED, Severity.MAJOR}

    @property
    def tag(self) -> str:
        """The class of its label; none for what a page shows only when it is asked for."""
        return ("tag--stop", "tag--stop", "tag--wait", "", "")[self.rank]


class Frequency(models.TextChoices):
    """CIOMS classes."""

    VERY_COMMON = "very-common", _("Very common")
    COMMON = "common", _("Common")
    UNCOMMON = "uncommon", _("Uncommon")
    RARE = "rare", _("Rare")
    VERY_RARE = "very-rare", _("Very rare")
    NOT_KNOWN = "not-known", _("How often is not known")

    @property
    def meaning(self) -> str:
        return str(FREQUENCY_MEANING[self])

    @property
    def is_common(self) -> bool:
        return self in (Frequency.VERY_COMMON, Frequency.COMMON)


FREQUENCY_MEANING = {
    Frequency.VERY_COMMON: _("1 in 10 people or more"),
    Frequency.COMMON: _("Up to 1 in 10 people"),
    Frequency.UNCOMMON: _("Up to 1 in 100 people"),
    Frequency.RARE: _("Up to 1 in 1,000 people"),
    Frequency.VERY_RARE: _("Fewer than 1 in 10,000 people"),
    Frequency.NOT_KNOWN: _("Reported, but not counted"),
}


class Verdict(models.TextChoices):
    """What became of a claim that others make about a medicine."""

    SUPPORTED = "supported", _("Right")
    IMPRECISE = "imprecise", _("Not exact")
    WRONG = "wrong", _("Wrong or unproven")
    NOT_CLINICAL = "not-clinical", _("Not a medical claim")


class Urgency(models.TextChoices):
    """What to do about a side effect."""

    EMERGENCY = "emergency", _("Call emergency services now")
    CALL = "call", _("Call us or your doctor today")
    SELF_CARE = "self-care", _("What you can do yourself")


class Circumstance(models.TextChoices):
    """What a rule on a combination may ask about the person who takes the medicines."""

    AGE_65_OR_OVER = "age-65-or-over", _("age 65 or over")
    EGFR_BELOW_60 = "egfr-below-60", _("kidneys that do not work well (eGFR below 60)")


def grouped(
    words: type[Words], things: Iterable[T], *, by: Callable[[T], str]
) -> list[tuple[Words, list[T]]]:
    """The things by each of the words that any of them has, in the order of the words."""
    groups = {word: [each for each in things if by(each) == word] for word in words}
    return [(word, group) for word, group in groups.items() if group]


def _date(text: str) -> str:
    try:
        dt.date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"“{text}” is not a date (YYYY-MM-DD)") from error
    return text


def _for_everybody(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    for statement in statements_of(blocks):
        refuse_countries(statement)
    return blocks


ReviewDate = Annotated[Text, AfterValidator(_date)]


@dataclass(frozen=True)
class TopWarning:
    """What stands above everything else, for everybody."""

    title: Text
    blocks: Annotated[Blocks, AfterValidator(_for_everybody), Field(alias="text")]


@dataclass(frozen=True)
class Section:
    slug: Annotated[Slug, Field(alias="section")]
    title: Text
    blocks: Annotated[Blocks, Field(alias="text")]


@dataclass(frozen=True)
class Source:
    key: Text
    publisher: Text
    title: Text
    read: Text
    mark: Mark
    address: str = ""

    @property
    def is_unread(self) -> bool:
        """Whether it stands for what nobody has read yet."""
        return self.mark == Mark.UNCHECKED


def _remember_source(source: Source, info: ValidationInfo) -> Source:
    if source.key in (marks := known_in(info).marks):
        raise ValueError(f"source “{source.key}” stands here twice")
    marks[source.key] = source.mark
    return source


@dataclass(frozen=True)
class Fact:
    name: Text
    statement: Annotated[Cited, Field(alias="text")]


@dataclass(frozen=True)
class SideEffect:
    name: Text
    frequency: Frequency
    system: Text
    citations: Annotated[Citations, Field(alias="sources")]


@dataclass(frozen=True)
class Advice:
    """What to do when something is noticed."""

    urgency: Urgency
    statement: Annotated[Cited, Field(alias="text")]


@dataclass(frozen=True)
class Caution:
    """What the label of a pack warns of, in the layouts of its countries."""

    statement: Annotated[Cited, Field(alias="text")]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What medicines do together, and what is to be done about it."""

    id: Text
    label: Text
    severity: Severity
    what_can_happen: Text
    customer_text: Text
    effect: Text
    mechanism: Text
    management: Text
    review_action: ReviewAction
    note: str = ""
    citations: Annotated[Citations, Field(alias="sources")]


def _lower(name: str) -> str:
    if name != name.lower():
        raise ValueError("names are written in lower case")
    return name


@dataclass(frozen=True, kw_only=True)
class Interaction(Rule):
    """One row of the interaction list; names and also_names are what a typed entry is matched on."""

    names: tuple[Annotated[Text, AfterValidator(_lower)], ...] = ()
    also_names: tuple[Text, ...] = ()
    atc: tuple[Text, ...] = ()

    @property
    def all_names(self) -> tuple[str, ...]:
        return self.names + self.also_names


@dataclass(frozen=True)
class Phrases:
    """What people type, by language; typed alike it is one."""

    en: tuple[Text, ...] = ()
    de: tuple[Text, ...] = ()
    es: tuple[Text, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.en + self.de + self.es


@dataclass(frozen=True, kw_only=True)
class RowWords(Phrases):
    """Everyday words for what an interaction is about; plays is the name as which they count."""

    row: Text
    plays: str = ""


@dataclass(frozen=True, kw_only=True)
class WordClass(Rule):
    """Words for medicines that are not named, or for drugs taken outside care.

    Row is the interaction that it is as well; may_be are those whose part it may play until it is
    named. Asks says that the name is wanted.
    """

    words: Phrases
    row: str = ""
    may_be: tuple[Text, ...] = ()
    asks: bool = False
    is_street: bool = False
    is_large_amount: bool = False


@dataclass(frozen=True, kw_only=True)
class Silent:
    """Words for a kind of medicine of which the sources say nothing with this one."""

    id: Text
    words: Phrases
    advice: str = ""
    asks: bool = False


@dataclass(frozen=True)
class Split:
    """Every name of an interaction in one group, or among those that cannot be told."""

    row: Text
    groups: dict[str, tuple[Text, ...]]
    unclear: tuple[Text, ...] = ()


def _remember_groups(split: Split, info: ValidationInfo) -> Split:
    groups = known_in(info).groups
    for name, names in split.groups.items():
        if name in groups:
            raise ValueError(f"group “{name}” stands here twice")
        groups[name] = Group(names, split.unclear)
    return split


def _group(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    if value not in (groups := known_in(info).groups):
        raise ValueError(f"there is no group “{value}”")
    return groups[value]


NO_GROUP = Group()


@dataclass(frozen=True)
class Part:
    """What plays one part in a combination: a name of any of these rows, or one of a group.

    An unclear name may play it: the data do not say what is in it. Fewest counts different names.
    """

    label: Text
    rows: tuple[Text, ...] = ()
    group: Annotated[Group, BeforeValidator(_group)] = NO_GROUP
    also_unclear: Annotated[tuple[Text, ...], Field(alias="unclear")] = ()
    fewest: Positive = 1

    @property
    def names(self) -> tuple[str, ...]:
        return self.group.names

    @property
    def unclear(self) -> tuple[str, ...]:
        return self.group.unclear + self.also_unclear


@dataclass(frozen=True, kw_only=True)
class Combination(Rule):
    """What several medicines do together; with a circumstance only for those it is true of."""

    parts: tuple[Part, ...] = ()
    circumstance: Circumstance | None = None


def _cell(value: Any) -> Any:
    return Statement("") if value == "-" else value


Cell = Annotated[ForEverybody, BeforeValidator(_cell)]


@dataclass(frozen=True)
class ComparisonRow:
    """One property of every medicine compared; an empty statement where nothing was found."""

    name: Text
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Comparison:
    medicines: tuple[Text, ...] = ()
    rows: tuple[ComparisonRow, ...] = ()

    def cells(self, row: ComparisonRow) -> list[tuple[str, Statement]]:
        """Each medicine with what the row says of it."""
        return [(medicine, row.cells[medicine]) for medicine in self.medicines]


@dataclass(frozen=True)
class Question:
    question: Text
    answer: Cited


@dataclass(frozen=True)
class Claim:
    """What is said elsewhere, our verdict, and what is right."""

    claim: Text
    verdict: Verdict
    correction: ForEverybody


@dataclass(frozen=True)
class SeeAlso:
    """Another medicine's folder, and the words of the link to it."""

    medicine: Text
    label: Text


@dataclass(frozen=True)
class Stopping:
    """That it must not be stopped suddenly: told to the patient, and to the pharmacist."""

    told: ForEverybody
    warned: ForEverybody


@dataclass(frozen=True)
class Asked:
    """Why a question is asked of the patient, in the words of the form."""

    question: Text
    why: ForEverybody


@dataclass(frozen=True, kw_only=True)
class ShortPart:
    """A title and what stands under it: statements by their first words, or all that have a rank."""

    title: Text
    kind: Literal["plain", "warn", "now", "soon"] = "plain"
    says: tuple[Text, ...] = ()
    urgencies: tuple[Urgency, ...] = ()
    severities: tuple[Severity, ...] = ()
    frequencies: tuple[Frequency, ...] = ()
    also: tuple[Literal["help lines", "packs"], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Content:
    """Everything the page, the checker, the leaflet and the pharmacist read about a medicine.

    Each version is kept as one JSON document. What others cite or name is read before them.
    """

    sources: tuple[Annotated[Source, AfterValidator(_remember_source)], ...] = ()
    name: Text
    title: Text
    description: Text
    codes: dict[str, Text] = field(default_factory=dict)
    brands: tuple[Text, ...] = ()
    search_words: tuple[Text, ...] = ()
    review_by: ReviewDate
    lead: ForEverybody
    warning: TopWarning
    stopping: Stopping | None = None
    asked: tuple[Asked, ...] = ()
    facts: tuple[Fact, ...] = ()
    sections: tuple[Section, ...] = ()
    side_effects: Annotated[tuple[SideEffect, ...], Field(alias="effects")] = ()
    advice: tuple[Advice, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    words: tuple[RowWords, ...] = ()
    classes: tuple[WordClass, ...] = ()
    silent: tuple[Silent, ...] = ()
    comparison: Comparison = Comparison()
    questions: tuple[Question, ...] = ()
    claims: tuple[Claim, ...] = ()
    see_also: tuple[SeeAlso, ...] = ()
    split: tuple[Annotated[Split, AfterValidator(_remember_groups)], ...] = ()
    combinations: tuple[Combination, ...] = ()
    packs: tuple[PackMake, ...] = ()
    short: tuple[ShortPart, ...] = ()
    cautions: tuple[Caution, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return _KEPT.dump_python(self, mode="json", by_alias=True)

    @property
    def warnings(self) -> tuple[Rule, ...]:
        """What the page says about other medicines: one by one, then together."""
        return self.interactions + self.combinations

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Everything that other medicines may set off."""
        return self.warnings + self.classes

    def make_of(self, sku: str) -> Make:
        """What is known of the pack with this SKU: nothing of one that the files do not name."""
        return next((pack.make for pack in self.packs if pack.sku == sku), Make())

    def citations(self) -> Iterator[Citation]:
        """Every use of a source, in the order of the page."""
        for cited in (self.statements(), self.side_effects, self.rules, self.packs):
            for each in cited:
                yield from each.citations

    def statements(self) -> Iterator[Statement]:
        yield self.lead
        yield from statements_of(self.warning.blocks)
        yield from (fact.statement for fact in self.facts)
        for section in self.sections:
            yield from statements_of(section.blocks)
        yield from (advice.statement for advice in self.advice)
        for row in self.comparison.rows:
            yield from (cell for _medicine, cell in self.comparison.cells(row) if cell.text)
        yield from (each.answer for each in self.questions)
        yield from (each.correction for each in self.claims)
        yield from (each.statement for each in self.cautions)

    def cautions_in(self, country: str) -> list[str]:
        """What the label warns of, in the layout of a country."""
        return [each.statement.text for each in self.cautions if each.statement.is_for(country)]

    def for_country(self, country: str, *, number: str = "") -> "Content":
        """What a reader in a country sees, with the emergency number of that country, or ``number``.

        Statements limited to other countries are left out.
        """
        number = number or emergency_number(country)
        return replace(
            self,
            facts=tuple(fact for fact in self.facts if fact.statement.is_for(country)),
            sections=tuple(
                replace(section, blocks=blocks)
                for section in self.sections
                if (blocks := blocks_for(section.blocks, country, number))
            ),
            advice=tuple(each for each in self.advice if each.statement.is_for(country)),
            questions=tuple(each for each in self.questions if each.answer.is_for(country)),
            short=tuple(
                replace(part, title=part.title.replace(EMERGENCY, number)) for part in self.short
            ),
        )


_KEPT = TypeAdapter(Content)


def content_from_json(document: dict[str, Any]) -> Content:
    """The content that was kept with Content.as_json()."""
    return _KEPT.validate_python(document)
