"""Gathers what the rules need to know about one prescription."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db.models import Q

from catalogue.amounts import DoseForm, Mass, Strength
from catalogue.checking import frozen_check
from catalogue.content.models import ContentVersion, Medicine
from catalogue.content.sale import NOT_SIGNED, WITHDRAWN
from catalogue.models import Product
from shop import days
from shop.continuity import run_out, supply_gap
from shop.jurisdictions import loading
from shop.patients.answers import Answers
from shop.prescriptions import duplicates
from shop.prescriptions.files.scanner import Scan
from shop.prescriptions.models import Prescription, Supply
from shop.review import seconding
from shop.review.comparison import Ordered, compare
from shop.review.rules.case import Case, LastSupply, SeenBefore
from shop.review.rules.limits import limits_of_medicines
from shop.review.settled import changed_answers
from shop.review.transcription import Item, Transcription


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
    results = tuple(_check(version, answers) for version in versions)
    checked = {version.medicine.product_id for version in versions}
    return Case(
        today=days.at_pharmacy(),
        latest_day=days.latest(),
        profile=loading.current(),
        transcription=transcription,
        answers=answers,
        limits_by_medicine=limits_of_medicines(settings.JURISDICTION),
        ordered=ordered,
        rows=tuple(compare(transcription, answers, ordered)),
        country=country or answers.country,
        authorised_in=_authorised_in(ordered),
        last_supplies=_last_supplies(prescription),
        days_left=prescription.days_left,
        run_out=run_out.run_out_of(prescription),
        earliest_arrival=supply_gap.earliest_arrival(),
        seen_before=_seen_before(prescription),
        changed_answers=changed_answers(prescription),
        unscanned=_unscanned(prescription),
        interactions=results,
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


def _check(version: ContentVersion, answers: Answers) -> dict[str, Any]:
    return frozen_check(
        version,
        answers.medicines_for_check,
        age=answers.age_on(days.at_pharmacy()),
        egfr=answers.egfr,
    )


def _rule_texts(versions: list[ContentVersion]) -> dict[str, tuple[str, str]]:
    rules = [rule for version in versions for rule in version.content.warnings]
    return {rule.id: (rule.label, rule.management) for rule in rules}


def _authorised_in(ordered: Iterable[Ordered]) -> dict[tuple[int, Strength], frozenset[str]]:
    packs = Product.objects.filter(parent__in={each.medicine_id for each in ordered})
    rows = packs.values_list("parent_id", "strength", "supply_countries__iso_3166_1_a2")
    found: dict[tuple[int, Strength], set[str]] = {}
    for medicine, strength, country in rows:
        found.setdefault((medicine, strength), set()).update({country} - {None})
    return {key: frozenset(countries) for key, countries in found.items()}


def _last_supplies(prescription: Prescription) -> dict[int, LastSupply]:
    """The last day on which this patient was supplied, and how much that day, by medicine."""
    whose = Q(authorisation__prescription__patient=prescription.patient_id)
    if prescription.patient_id is None:
        whose = Q(authorisation__prescription__user=prescription.user_id)
    kept = Supply.objects.filter(whose, returned_at__isnull=True)
    rows = kept.order_by("-taken_at").select_related("authorisation")
    found: dict[int, LastSupply] = {}
    for row in rows:
        medicine = row.authorisation.medicine_id
        day = days.at_pharmacy(row.taken_at)
        known = found.get(medicine, LastSupply(day, Mass(Fraction(0))))
        if known.on == day:
            found[medicine] = LastSupply(day, _with(known.mass, row))
    return found


def _with(mass: Mass | None, supply: Supply) -> Mass | None:
    """So much more; None when a strength is a rate, which tells no mass."""
    strength = supply.authorisation.strength
    if mass is None or strength.is_rate:
        return None
    return mass + strength.mass_in(supply.units)


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


def _unscanned(prescription: Prescription) -> int:
    return prescription.documents.filter(scan=Scan.UNSCANNED).count()
