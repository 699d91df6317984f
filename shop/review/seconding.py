"""A prescription that resembles another: what a second pharmacist says who looked at both."""

from __future__ import annotations

from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.prescriptions.duplicates import Fate, fates_of
from shop.prescriptions.models import Prescription
from shop.review.models import SecondLook, digest_of


def covers(fate: Fate) -> str:
    """The SHA-256 of what became of the other one; another supply on it needs another look."""
    return digest_of(fate.contents)


def words_of(prescription: Prescription, fate: Fate) -> str:
    """Who has looked at both as they are, and why it may go on; empty when nobody has."""
    looks = SecondLook.objects.filter(prescription=prescription, covers=covers(fate))
    return " ".join(
        _("%(who)s looked at both: %(why)s")
        % {"who": look.registration, "why": look.content["why"]}
        for look in looks
    )


def in_the_way(prescription: Prescription) -> list[Fate]:
    """What became of those that one pharmacist alone does not approve again."""
    found = {fate.other.pk: fate for _flag, fate in fates_of(prescription) if fate.is_in_the_way}
    return list(found.values())


def waits_for(prescription: Prescription, *, decider: User) -> list[Fate]:
    """The others that are in the way and that nobody but the ``decider`` has looked at."""
    looked = set(
        SecondLook.objects.filter(prescription=prescription)
        .exclude(looked_by=decider)
        .values_list("covers", flat=True)
    )
    return [fate for fate in in_the_way(prescription) if covers(fate) not in looked]
