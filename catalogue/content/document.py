"""What a medicine's content consists of; kept as one JSON document per version."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mark(models.TextChoices):
    """How far one use of a source has been verified."""

    VERIFIED = "V", _("verified")
    THIRD_PARTY = "VM", _("seen on a third-party copy")
    UNCHECKED = "OK", _("needs checking")


class Severity(models.TextChoices):
    """The house scale of interactions, worst first."""

    CONTRAINDICATED = "contraindicated", _("Do not take together")
    MAJOR = "major", _("Avoid, or only as your doctor says")
    MODERATE = "moderate", _("Check first")
    MINOR = "minor", _("Tell us")
    NONE_DOCUMENTED = "none-documented", _("None found in the texts we checked")


class Frequency(models.TextChoices):
    """CIOMS classes."""

    VERY_COMMON = "very-common", _("Very common")
    COMMON = "common", _("Common")
    UNCOMMON = "uncommon", _("Uncommon")
    RARE = "rare", _("Rare")
    VERY_RARE = "very-rare", _("Very rare")
    NOT_KNOWN = "not-known", _("How often is not known")


FREQUENCY_MEANING = {
    Frequency.VERY_COMMON: _("1 in 10 people or more"),
    Frequency.COMMON: _("Up to 1 in 10 people"),
    Frequency.UNCOMMON: _("Up to 1 in 100 people"),
    Frequency.RARE: _("Up to 1 in 1,000 people"),
    Frequency.VERY_RARE: _("Fewer than 1 in 10,000 people"),
    Frequency.NOT_KNOWN: _("Reported, but not counted"),
}


class Country(models.TextChoices):
    """The countries whose texts differ, and a reader may choose from."""

    US = "US", _("United States")
    GB = "GB", _("United Kingdom")
    AU = "AU", _("Australia")
    DE = "DE", _("Germany")
    AT = "AT", _("Austria")
    CH = "CH", _("Switzerland")


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


@dataclass(frozen=True)
class Citation:
    source: str
    mark: str


@dataclass(frozen=True)
class Statement:
    """One thing said, with its sources; limited to some countries when any is named."""

    text: str
    citations: tuple[Citation, ...] = ()
    countries: tuple[str, ...] = ()

    def is_for(self, country: str) -> bool:
        return not self.countries or country in self.countries


@dataclass(frozen=True)
class Block:
    """A heading, a text, a list with its lead-in, or a box (its urgency is the kind) of blocks.

    In a table the title holds the headings and each statement a row, with "|" between cells.
    """

    kind: str
    title: str = ""
    statements: tuple[Statement, ...] = ()
    blocks: "tuple[Block, ...]" = ()


@dataclass(frozen=True)
class Section:
    slug: str
    title: str
    blocks: "tuple[Block, ...]" = ()


@dataclass(frozen=True)
class Source:
    key: str
    publisher: str
    title: str
    address: str
    read: str
    mark: str


@dataclass(frozen=True)
class Fact:
    name: str
    statement: Statement


@dataclass(frozen=True)
class SideEffect:
    name: str
    frequency: str
    system: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Advice:
    """What to do when something is noticed."""

    urgency: str
    statement: Statement


@dataclass(frozen=True)
class Interaction:
    """One row of the interaction list; names and also_names are what a typed entry is matched on."""

    id: str
    label: str
    severity: str
    what_can_happen: str
    customer_text: str
    effect: str
    mechanism: str
    management: str
    review_action: str
    names: tuple[str, ...]
    also_names: tuple[str, ...]
    atc: tuple[str, ...]
    note: str
    citations: tuple[Citation, ...]

    @property
    def all_names(self) -> tuple[str, ...]:
        return self.names + self.also_names


@dataclass(frozen=True)
class Part:
    """What plays one part in a combination: a name of any of these rows, or one of the names.

    An unclear name may play it: the data do not say what is in it. Fewest counts different names.
    """

    label: str
    rows: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    fewest: int = 1


@dataclass(frozen=True)
class Combination:
    """What several medicines do together; the rule’s names are empty, the parts stand for them.

    With a circumstance (a value of Circumstance) the rule holds only for those it is true of.
    """

    rule: Interaction
    parts: tuple[Part, ...]
    circumstance: str = ""


@dataclass(frozen=True)
class ComparisonRow:
    """One property of every medicine compared, in the order of the medicines."""

    name: str
    cells: tuple[Statement, ...]


@dataclass(frozen=True)
class Comparison:
    medicines: tuple[str, ...] = ()
    rows: tuple[ComparisonRow, ...] = ()


@dataclass(frozen=True)
class Question:
    question: str
    answer: Statement


@dataclass(frozen=True)
class Claim:
    """What is said elsewhere, our verdict, and what is right."""

    claim: str
    verdict: str
    correction: Statement


@dataclass(frozen=True)
class SeeAlso:
    """Another medicine's folder, and the words of the link to it."""

    medicine: str
    label: str


@dataclass(frozen=True)
class Content:
    """Everything the page, the checker, the leaflet and the pharmacist read about a medicine."""

    name: str
    title: str
    description: str
    codes: dict[str, str]
    brands: tuple[str, ...]
    search_words: tuple[str, ...]
    review_by: str
    lead: Statement
    warning: Section
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    side_effects: tuple[SideEffect, ...]
    advice: tuple[Advice, ...]
    interactions: tuple[Interaction, ...]
    sources: tuple[Source, ...] = ()
    comparison: Comparison = Comparison()
    questions: tuple[Question, ...] = ()
    claims: tuple[Claim, ...] = ()
    see_also: tuple[SeeAlso, ...] = ()
    combinations: tuple[Combination, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def warnings(self) -> tuple[Interaction, ...]:
        """What the page says about other medicines: one by one, then together."""
        return self.interactions + tuple(each.rule for each in self.combinations)

    def citations(self) -> Iterator[Citation]:
        """Every use of a source, in the order of the page."""
        for statement in self.statements():
            yield from statement.citations
        for effect in self.side_effects:
            yield from effect.citations
        for interaction in self.warnings:
            yield from interaction.citations

    def statements(self) -> Iterator[Statement]:
        yield self.lead
        yield from statements_of(self.warning.blocks)
        yield from (fact.statement for fact in self.facts)
        for section in self.sections:
            yield from statements_of(section.blocks)
        yield from (advice.statement for advice in self.advice)
        for row in self.comparison.rows:
            yield from (cell for cell in row.cells if cell.text)
        yield from (each.answer for each in self.questions)
        yield from (each.correction for each in self.claims)

    def for_country(self, country: str) -> "Content":
        """What a reader in a country sees; statements limited to other countries are left out."""
        return replace(
            self,
            facts=tuple(fact for fact in self.facts if fact.statement.is_for(country)),
            sections=tuple(
                replace(section, blocks=blocks)
                for section in self.sections
                if (blocks := _blocks_for(section.blocks, country))
            ),
            advice=tuple(each for each in self.advice if each.statement.is_for(country)),
            questions=tuple(each for each in self.questions if each.answer.is_for(country)),
        )


def statements_of(blocks: tuple[Block, ...]) -> Iterator[Statement]:
    for block in blocks:
        yield from block.statements
        yield from statements_of(block.blocks)


def _blocks_for(blocks: tuple[Block, ...], country: str) -> tuple[Block, ...]:
    kept = []
    for block in blocks:
        said = tuple(each for each in block.statements if each.is_for(country))
        inner = _blocks_for(block.blocks, country)
        if said or inner or block.kind == "heading":
            kept.append(replace(block, statements=said, blocks=inner))
    return tuple(kept)
