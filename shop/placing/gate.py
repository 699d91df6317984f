"""The gate: a basket with a prescription medicine passes only on a prescription that covers it.

The checkout steps, the moment of payment and the transaction that places the order all ask here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.utils.formats import date_format
from oscar.apps.address.models import Country
from oscar.apps.order.models import ShippingAddress

from catalogue import recorded
from catalogue.amounts import DoseForm, Strength
from catalogue.content.sale import on_sale
from catalogue.models import Product
from shop import days
from shop.accounts.models import User
from shop.addresses import countries, rules
from shop.audit import states
from shop.continuity.repeats import next_supply_on
from shop.patients.models import Patient
from shop.placing.refusals import Reason, Refused
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import Status
from shop.review import services as reviews
from shop.standing.consequences import asked_about


class BasketLine(Protocol):
    """What the gate reads of a line of a basket."""

    product: Product
    quantity: int


@dataclass(frozen=True)
class Need:
    """Units of one strength of a medicine, over all lines of a basket."""

    medicine_id: int
    title: str
    form: DoseForm
    strength: Strength
    units: int


def needs_of(lines: Iterable[BasketLine]) -> tuple[Need, ...]:
    """What a prescription has to cover; empty for a basket without prescription medicines."""
    units: Counter[tuple[int, str, DoseForm, Strength]] = Counter()
    for line in lines:
        product = line.product
        if product.needs_prescription:
            units[_kind_of(product)] += line.quantity * (product.units or 0)
    needs = (Need(*kind, units=count) for kind, count in units.items())
    return tuple(sorted(needs, key=lambda need: (need.medicine_id, need.strength.rank)))


def _kind_of(product: Product) -> tuple[int, str, DoseForm, Strength]:
    if product.parent is None or product.strength is None:
        raise Refused(Reason.NO_PRESCRIPTION)
    return product.parent.pk, product.parent.title, product.form, product.strength


@dataclass(frozen=True)
class Person:
    """Somebody an account orders for: the approval that covers a basket, or why none of theirs does."""

    key: str
    name: str
    prescription: Prescription | None = None
    refusal: Refused | None = None


def keys_of_people(user: User) -> list[str]:
    """The keys of all whom the account orders for."""
    return _keys(user, _usable(user))


def _keys(user: User, usable: Iterable[Prescription]) -> list[str]:
    """Of its patients; and of whom an approval is for that names none of them."""
    own = [each.key for each in Patient.objects.of(user).only("uuid")]
    return own + [each.patient_key for each in usable if each.patient is None]


def name_of(user: User, key: str) -> str:
    """The name of somebody the account orders for; empty when it is nobody."""
    for patient in Patient.objects.of(user):
        if patient.key == key:
            return patient.answers.patient_name
    unnamed = Prescription.objects.of(user).filter(patient__isnull=True, reference=key).first()
    return unnamed.patient_name if unnamed else ""


def choices(user: User, lines: Iterable[BasketLine]) -> list[Person]:
    """Everybody this basket could be for, and what stands for or against it."""
    needs, usable = needs_of(lines), _usable(user)
    found = []
    for key in _keys(user, usable):
        name = name_of(user, key)
        try:
            found.append(Person(key, name, prescription=_covering(user, usable, needs, key)))
        except Refused as refusal:
            found.append(Person(key, name, refusal=refusal))
    return found


def check_on_sale(lines: Iterable[BasketLine]) -> None:
    """Raises Refused for a pack that is not on public sale today, by itself or by its medicine."""
    lines = list(lines)
    wanted = {line.product.parent_id for line in lines}
    sold = set(on_sale().filter(product__in=wanted).values_list("product_id", flat=True))
    for line in lines:
        if not _is_on_sale(line.product, sold):
            raise Refused(Reason.NOT_ON_SALE, title=line.product.get_title())


def _is_on_sale(product: Product, sold: set[int]) -> bool:
    if product.parent is None:
        return product.is_public and not product.dose_form and product.strength is None
    is_public = product.is_public and product.parent.is_public
    is_medicine = product.needs_prescription or product.parent.dose_form
    return is_public and (not is_medicine or product.parent.pk in sold)


def check(user: User, lines: Iterable[BasketLine], *, chosen: str = "") -> Prescription | None:
    """The prescription that covers these lines today, or None when they need none.

    ``chosen`` is the key of the patient whom the customer orders for: nobody else's approval
    counts. Raises Refused when something is not on sale, when theirs does not cover all of the
    lines, and when the account orders for several and nobody is chosen.
    """
    lines = list(lines)
    check_on_sale(lines)
    check_known(lines)
    needs = needs_of(lines)
    if not needs:
        return None
    usable = _usable(user)
    return _covering(user, usable, needs, chosen or _only_one(_keys(user, usable)))


def _only_one(keys: list[str]) -> str:
    """The key of the one whom the account orders for; empty without any."""
    if len(keys) > 1:
        raise Refused(Reason.WHICH_PATIENT)
    return keys[0] if keys else ""


def check_known(lines: Iterable[BasketLine]) -> None:
    """Raises Refused for a pack that the log does not know as it stands in the database."""
    packs = {line.product.pk: line.product for line in lines}
    for number in sorted(recorded.unknown(packs.values())):
        raise Refused(Reason.UNKNOWN_PACK, title=packs[number].title, product=number)


def _covering(
    user: User, usable: Iterable[Prescription], needs: tuple[Need, ...], key: str
) -> Prescription:
    """Of this patient's approvals the one that covers, and of those the one that ends first."""
    refusals = []
    enough = []
    for prescription in (each for each in usable if each.patient_key == key):
        try:
            enough.append((prescription, _check_covers(prescription, needs)))
        except Refused as refusal:
            refusals.append(refusal)
    strange = states.unknown(each for each, _ in enough)
    unknown = states.unknown(used for _, covers in enough for used in covers.values())
    for prescription, covers in enough:
        if prescription.pk in strange:
            refusals.append(_unknown_prescription(prescription))
        elif refused := [used for used in covers.values() if used.pk in unknown]:
            refusals.append(_unknown(refused[0]))
        else:
            _check_nothing_is_asked(prescription)
            return prescription
    raise refusals[0] if refusals else _why_none(user, key)


def _check_nothing_is_asked(prescription: Prescription) -> None:
    """Of two supplies, one that may still leave and one anew, the patient would have both."""
    for order in asked_about(prescription):
        raise Refused(Reason.ORDER_ASKED, number=order.number)


def _unknown(authorisation: Authorisation) -> Refused:
    """Somebody has written it behind the shop's back; a pharmacist can approve it anew."""
    return Refused(
        Reason.UNKNOWN,
        title=authorisation.medicine.title,
        strength=authorisation.strength.words,
        authorisation=authorisation.pk,
    )


def _unknown_prescription(prescription: Prescription) -> Refused:
    """Somebody has decided it, or given it to somebody, behind the shop's back."""
    return Refused(Reason.UNKNOWN_PRESCRIPTION, prescription=prescription.reference)


def _usable(user: User) -> list[Prescription]:
    perhaps = (
        Prescription.objects.of(user)
        .perhaps_usable()
        .select_related("patient")
        .prefetch_related("authorisations__supply_rows")
        .order_by("valid_until", "pk")
    )
    return [prescription for prescription in perhaps if prescription.is_usable]


def check_prescription(
    prescription: Prescription, lines: Iterable[BasketLine]
) -> dict[tuple[int, Strength], Authorisation]:
    """The authorisation for each medicine and strength of the lines; raises Refused."""
    if not prescription.is_usable:
        raise _why_not(prescription)
    covers = _check_covers(prescription, needs_of(lines))
    if not states.is_known(prescription):
        raise _unknown_prescription(prescription)
    unknown = states.unknown(covers.values())
    for authorisation in covers.values():
        if authorisation.pk in unknown:
            raise _unknown(authorisation)
    _check_nothing_is_asked(prescription)
    return covers


def _check_covers(
    prescription: Prescription, needs: Iterable[Need]
) -> dict[tuple[int, Strength], Authorisation]:
    authorised = {
        (each.medicine_id, each.strength): each
        for each in prescription.authorisations.all()
        if each.ended_at is None
    }
    covers = {}
    for need in needs:
        authorisation = authorised.get((need.medicine_id, need.strength))
        if authorisation is None:
            raise Refused(Reason.OTHER_STRENGTH, title=need.title, strength=need.strength.words)
        allowed = min(authorisation.units_per_supply, authorisation.units_left)
        if need.units > allowed:
            raise Refused(
                Reason.TOO_MANY,
                wanted=need.form.counted_of(need.units, need.strength),
                allowed=allowed,
            )
        _check_due(authorisation, need)
        covers[need.medicine_id, need.strength] = authorisation
    return covers


def _check_due(authorisation: Authorisation, need: Need) -> None:
    if authorisation.waits_for_pharmacist:
        raise Refused(Reason.NO_DAILY_NUMBER, what=need.form.named(need.strength))
    next_on = next_supply_on(authorisation)
    country = authorisation.prescription.country
    if next_on and not days.has_begun(next_on, country=country):
        day = date_format(next_on, "j F Y")
        raise Refused(Reason.TOO_EARLY, what=need.form.named(need.strength), day=day)


def _why_none(user: User, chosen: str) -> Refused:
    sent = Prescription.objects.of(user).exclude(status=Status.CANCELLED).select_related("patient")
    newest = next((each for each in sent if chosen in {"", each.patient_key}), None)
    return _why_not(newest) if newest else Refused(Reason.NO_PRESCRIPTION)


def _why_not(prescription: Prescription) -> Refused:
    if prescription.status == Status.APPROVED and prescription.is_for_archived:
        return Refused(Reason.ARCHIVED)
    reasons = {
        Status.DRAFT: Reason.NO_PRESCRIPTION,
        Status.SUBMITTED: Reason.WAITING,
        Status.IN_REVIEW: Reason.WAITING,
        Status.QUESTION: Reason.QUESTION,
        Status.APPROVED: Reason.EXPIRED,
        Status.USED_UP: Reason.USED_UP,
        Status.EXPIRED: Reason.EXPIRED,
        Status.REFUSED: Reason.REFUSED,
        Status.WITHDRAWN: Reason.WITHDRAWN,
        Status.CANCELLED: Reason.NO_PRESCRIPTION,
    }
    return Refused(reasons[Status(prescription.status)])


def check_destination(country: Country, lines: Iterable[BasketLine]) -> None:
    """Raises Refused when a line may not be supplied in this country.

    A strength is supplied only where it is authorised (LegitScript standard 2, TGA
    price-list rules), and medicines go only to countries the pharmacy is licensed for.
    """
    for line in lines:
        if line.product.needs_prescription:
            _check_country(country, line.product)


def check_address(address: ShippingAddress) -> None:
    """Raises Refused when a parcel would not arrive at this address, for what it says of itself."""
    place = rules.Place(
        street=address.line1,
        suburb=address.line3,
        city=address.line4,
        state=address.state,
        postcode=address.postcode,
        country=address.country_id,
    )
    for words in rules.faults(place).values():
        raise Refused(Reason.ADDRESS, what=words)


def check_decided_for(country: Country, prescription: Prescription) -> None:
    """Raises Refused when the approval was made for another country (ORD-4)."""
    if reviews.goes_elsewhere(prescription, country.iso_3166_1_a2):
        raise Refused(Reason.OTHER_COUNTRY)


def _check_country(country: Country, product: Product) -> None:
    if not countries.is_licensed(country):
        raise Refused(Reason.NOT_LICENSED, country=country.printable_name)
    if not product.supply_countries.filter(pk=country.pk).exists():
        raise Refused(
            Reason.COUNTRY,
            title=(product.parent or product).title,
            strength=product.strength.words if product.strength else "",
            country=country.printable_name,
        )
