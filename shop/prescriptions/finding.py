"""Finds prescriptions by what people say on the telephone; names and numbers lie sealed in the database.

Beside each prescription stand keyed fingerprints of the words of its patient's name and of the end of
their telephone number. Without the keys of the shop they say nothing; equal words have equal ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import Q

from shop.patients.answers import Answers
from shop.prescriptions.models import REFERENCE_ALPHABET, Prescription, SearchWord
from shop.spelling import spellings, words
from shop.vault.models import fingerprints

PURPOSE = "search"
# The end of a number is the same with and without its country, and the zero before an area.
PHONE_DIGITS = 8
FEWEST_DIGITS = 6
SHORTEST_REFERENCE = 4


def index(prescription: Prescription) -> None:
    """Keep the fingerprints of what its answers say now, in the transaction that wrote them."""
    said = terms_of(prescription.answers)
    SearchWord.objects.filter(prescription=prescription).delete()
    SearchWord.objects.bulk_create(
        SearchWord(prescription=prescription, word=word)
        for word in fingerprints(sorted(said), purpose=PURPOSE)
    )


def forget(prescriptions: Iterable[Prescription]) -> None:
    """Take away what they can be found by."""
    SearchWord.objects.filter(prescription__in=prescriptions).delete()


def terms_of(answers: Answers) -> set[str]:
    """What a prescription is found by, before it is fingerprinted."""
    name, phone = str(answers["patient_name"] or ""), str(answers["phone"] or "")
    named = {f"name {each}" for word in words(name) for each in spellings(word)}
    return named | _phone_terms(phone)


def matching(text: str) -> Q:
    """The prescriptions that a search finds: by reference, mail, telephone, or every word of a name."""
    found = Q(pk__in=()) | _by_reference(text) | _by_mail(text)
    if phone := _phone_terms(text):
        found |= _having(phone)
    if named := words(text):
        by_name = Q()
        for word in named:
            by_name &= _having({f"name {each}" for each in spellings(word)})
        found |= by_name
    return found


def _by_reference(text: str) -> Q:
    signs = re.sub(r"[\s-]", "", text).upper()
    if len(signs) < SHORTEST_REFERENCE or set(signs) - set(REFERENCE_ALPHABET):
        return Q(pk__in=())
    return Q(reference__startswith=signs)


def _by_mail(text: str) -> Q:
    return Q(user__email__icontains=text.strip()) if "@" in text else Q(pk__in=())


def _phone_terms(text: str) -> set[str]:
    digits = re.sub(r"\D", "", text)
    return {f"phone {digits[-PHONE_DIGITS:]}"} if len(digits) >= FEWEST_DIGITS else set()


def _having(terms: set[str]) -> Q:
    keyed = fingerprints(sorted(terms), purpose=PURPOSE)
    return Q(pk__in=SearchWord.objects.filter(word__in=keyed).values("prescription"))
