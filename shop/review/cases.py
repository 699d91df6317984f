"""Gathers what the rules need to know about one prescription."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalogue.amounts import DoseForm, Mass, Strength
from catalogue.checking import frozen_check
from catalogue.content.makes import Make, PackMake, ScoreLine
from catalogue.content.models import ContentVersion, Medicine
from catalogue.content.sale import NOT_SIGNED, WITHDRAWN
from catalogue.models import Product
from catalogue.vocabulary.conditions import ALLERGIES, conditions_in
from shop import days
from shop.continuity import run_out, supply_gap
from shop.jurisdictions import loading
from shop.patients.answers import Answers
from shop.prescriptions import duplicates
from shop.prescriptions import papers as sent_papers
from shop.prescriptions.files.scanner import Scan
from shop.prescriptions.models import Prescription, Supply
from shop.review import seconding
from shop.review.comparison import Ordered, compare
from shop.review.models import AddedMedicine
from shop.review.rules.case import (
    NOT_KNOWN,
    Added,
    Case,
    Earlier,
    LastSupply,
    PackFacts,
    Paper,
    SeenBefore,
)
from shop.review.rules.screening import screenings
from shop.review.said import drugs_in, found_in, said_of, texts_to_read
from shop.review.settled import changed_answers
from shop.review.transcription import Item, Transcription

# What a score line is for, as the lines of screening say it.
SCORES = {
    ScoreLine.EQUAL_HALVES: "equal",
    ScoreLine.SWALLOWING: "unequal",
    ScoreLine.NOT_KNOWN: NOT_KNOWN,
}


def blank_items(prescription: Prescription) -> tuple[Item, ...]:
    """One empty item for each strength of the medicines that were ordered."""
    wanted = prescription.requested_packs.values("medicine")
    packs = Product.objects.filter(parent__in=wanted, strength__isnull=False)
    kinds = packs.values_list("parent_id", "parent__title", "parent__dose_form", "strength")
    names = dict(Medicine.objects.filter(product__in=wanted).values_list("product_id", "slug"))
    items = (
        Item(medicine, names.get(medicine, ""), title, DoseForm(form), strength)
        for medicine, title, form, strength in kinds.order_by().distinct()
    )
    return tuple(sorted(items, key=lambda item: (item.title, item.medicine_id, item.strength.rank)))


def case_of(prescription: Prescription, transcription: Transcription, *, country: str = "") -> Case:
    """The case of a prescription today, as it was transcribed; where it goes, when that is known."""
    answers = prescription.answers
    ordered = ordered_of(prescription)
    versions = _versions(ordered)
    added = added_to(prescription)
    is_added = any(not each.struck for each in added)
    results = tuple(_check(version, answers, added) for version in versions)
    checked = {version.medicine.product_id for version in versions}
    supplies = _supplies(prescription)
    said = said_of(
        answers,
        medicines={version.medicine.slug for version in versions},
        age=answers.age_on(days.at_pharmacy()),
        is_supplied_here=bool(supplies.keys() & {each.medicine_id for each in ordered}),
    )
    return Case(
        today=days.at_pharmacy(),
        latest_day=days.latest(),
        profile=loading.current(),
        transcription=transcription,
        answers=answers,
        screenings=screenings(country or answers.country),
        said=said,
        found=(*found_in(said), *drugs_in(results)),
        to_read=texts_to_read(said),
        earlier=_earlier(prescription),
        packs=_packs(versions),
        ordered=ordered,
        rows=tuple(compare(transcription, answers, ordered)),
        country=country or answers.country,
        authorised_in=_authorised_in(ordered),
        last_supplies={medicine: rows[-1] for medicine, rows in supplies.items()},
        supplies=supplies,
        days_left=prescription.days_left,
        run_out=run_out.run_out_of(prescription),
        earliest_arrival=supply_gap.earliest_arrival(),
        seen_before=_seen_before(prescription),
        changed_answers=changed_answers(prescription),
        added_medicines=added,
        papers=tuple(_paper(each) for each in sent_papers.papers_of(prescription)),
        unscanned=_unscanned(prescription),
        interactions=results,
        patients_own=tuple(_check(version, answers, ()) for version in versions if is_added),
        unchecked_medicines=tuple(
            dict.fromkeys(each.title for each in ordered if each.medicine_id not in checked)
        ),
        unsigned_medicines=_unsigned(versions),
        rule_texts=_rule_texts(versions),
    )


def ordered_of(prescription: Prescription) -> tuple[Ordered, ...]:
    wishes = prescription.requested_packs.select_related("medicine")
    return tuple(
        Ordered(
            wish.medicine_id, wish.medicine.title, wish.medicine.form, wish.strength, wish.units
        )
        for wish in wishes
    )


def _versions(ordered: Iterable[Ordered]) -> list[ContentVersion]:
    products = {each.medicine_id for each in ordered}
    current = Medicine.objects.filter(product__in=products, shown__isnull=False)
    return list(
        ContentVersion.objects.filter(pk__in=current.values("shown")).select_related(
            "medicine__product"
        )
    )


def _unsigned(versions: list[ContentVersion]) -> tuple[tuple[str, str], ...]:
    """Medicines that nobody answers for, each by its product's title."""
    return tuple(
        (version.medicine.product.title, str(WITHDRAWN if version.withdrawn_at else NOT_SIGNED))
        for version in versions
        if version.signature_id is None
    )


def medicines_to_check(answers: Answers, added: Iterable[Added]) -> str:
    """What the patient named and what a pharmacist added, as the checker reads it."""
    counting = (each.medicine for each in added if not each.struck)
    named = (answers.medicines_for_check, *counting)
    return "\n".join(each for each in named if each)


def added_to(prescription: Prescription) -> tuple[Added, ...]:
    """What pharmacists added, oldest first, with who, when and where from, in words."""
    rows = AddedMedicine.objects.filter(prescription=prescription).select_related(
        "added_by", "struck__struck_by"
    )
    return tuple(
        Added(
            medicine=row.content["medicine"],
            source=str(row.get_source_display()),
            whose=row.content["whose"],
            by=f"{row.added_by.name}, {row.registration}",
            at=row.added_at,
            struck=_struck(row),
        )
        for row in rows
    )


def _struck(row: AddedMedicine) -> str:
    """Who struck it out, when and why; empty while it counts."""
    if not hasattr(row, "struck"):
        return ""
    return _("Struck out: %(why)s. %(by)s, %(at)s UTC") % {
        "why": row.struck.content["why"],
        "by": f"{row.struck.struck_by.name}, {row.struck.registration}",
        "at": date_format(row.struck.struck_at, "j F Y, H:i"),
    }


def _check(version: ContentVersion, answers: Answers, added: Iterable[Added]) -> dict[str, Any]:
    return frozen_check(
        version,
        medicines_to_check(answers, added),
        age=answers.age_on(days.at_pharmacy()),
        egfr=answers.egfr,
    )


def _rule_texts(versions: list[ContentVersion]) -> dict[str, tuple[str, str]]:
    rules = [rule for version in versions for rule in version.content.rules]
    return {rule.id: (rule.label, rule.management) for rule in rules}


def _authorised_in(ordered: Iterable[Ordered]) -> dict[tuple[int, Strength], frozenset[str]]:
    packs = Product.objects.filter(parent__in={each.medicine_id for each in ordered})
    rows = packs.values_list("parent_id", "strength", "supply_countries__iso_3166_1_a2")
    found: dict[tuple[int, Strength], set[str]] = {}
    for medicine, strength, country in rows:
        found.setdefault((medicine, strength), set()).update({country} - {None})
    return {key: frozenset(countries) for key, countries in found.items()}


def _earlier(prescription: Prescription) -> Earlier | None:
    """What was answered for the same patient with the prescription before this one."""
    if prescription.patient_id is None or prescription.submitted_at is None:
        return None
    before = Prescription.objects.filter(
        patient=prescription.patient_id, submitted_at__lt=prescription.submitted_at
    )
    last = before.order_by("submitted_at").last()
    if last is None:
        return None
    return Earlier(days.at_pharmacy(last.submitted_at), last.answers.values)


def _packs(versions: Iterable[ContentVersion]) -> dict[tuple[str, Strength], PackFacts]:
    """What is known of the tablets of each strength; of packs that differ, what holds for all."""
    makes: dict[tuple[str, Strength], list[PackMake]] = {}
    for version in versions:
        for make in version.content.packs:
            key = (version.medicine.slug, make.form.strength(make.strength))
            makes.setdefault(key, []).append(make)
    return {key: pack_facts(of_one) for key, of_one in makes.items()}


def pack_facts(makes: Collection[Make]) -> PackFacts:
    """What a rule reads of makes, any of which may be the one that is sent."""
    scores = {SCORES[make.score_line] for make in makes}
    excipients = {code for make in makes for code in excipients_of(make)}
    return PackFacts(
        score_line=scores.pop() if len(scores) == 1 else NOT_KNOWN,
        excipients=tuple(sorted(excipients)),
    )


def excipients_of(make: Make) -> set[str]:
    """The codes of the substances in it that people are allergic to; and each by its own name."""
    if make.excipients is None:
        return {NOT_KNOWN}
    found = (conditions_in(name, is_about_allergies=True) for name in make.excipients)
    codes = {each.code for some in found for each in some if each.question == ALLERGIES}
    return codes | set(make.excipients)


def _supplies(prescription: Prescription) -> dict[int, tuple[LastSupply, ...]]:
    """What this patient was supplied, for what dose, by medicine and day; the last day last."""
    whose = Q(authorisation__prescription__patient=prescription.patient_id)
    if prescription.patient_id is None:
        whose = Q(authorisation__prescription__user=prescription.user_id)
    kept = Supply.objects.filter(whose, returned_at__isnull=True).select_related("authorisation")
    found: dict[int, dict[datetime.date, list[Supply]]] = {}
    for row in kept.order_by("taken_at"):
        by_day = found.setdefault(row.authorisation.medicine_id, {})
        by_day.setdefault(_day_of(row), []).append(row)
    return {
        medicine: tuple(_of_a_day(rows) for rows in by_day.values())
        for medicine, by_day in found.items()
    }


def _day_of(supply: Supply) -> datetime.date:
    return days.at_pharmacy(supply.taken_at)


def _of_a_day(rows: list[Supply]) -> LastSupply:
    """What was supplied on one day; None for what a rate, or a dose nobody knows, cannot tell."""
    masses, a_day = [], {}
    for row in rows:
        allowed = row.authorisation
        is_told = not allowed.strength.is_rate
        masses.append(allowed.strength.mass_in(row.units) if is_told else None)
        units = allowed.units_a_day
        a_day[allowed.strength] = allowed.strength.mass_in(units) if is_told and units else None
    return LastSupply(_day_of(rows[0]), _sum(masses), _sum(a_day.values()))


def _sum(masses: Iterable[Mass | None]) -> Mass | None:
    known = list(masses)
    return None if None in known else sum(filter(None, known), Mass(Fraction(0)))


def _seen_before(prescription: Prescription) -> tuple[SeenBefore, ...]:
    return tuple(
        SeenBefore(
            kind=flag.kind,
            label=str(flag.kind.label),
            reference=flag.other.reference,
            fate=fate.words,
            is_in_the_way=fate.is_in_the_way,
            seconded=seconding.words_of(prescription, fate),
        )
        for flag, fate in duplicates.fates_of(prescription)
    )


def _paper(sent: sent_papers.Paper) -> Paper:
    return Paper(
        name=sent.name,
        kind=sent.document.kind,
        sha256=sent.document.sha256,
        words=sent.words,
        sent_at=sent.document.sent_at,
        is_evidence=sent.is_evidence,
        is_new=sent.is_new,
    )


def _unscanned(prescription: Prescription) -> int:
    return prescription.documents.filter(scan=Scan.UNSCANNED).count()
