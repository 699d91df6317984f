"""The two signatures on one prescription: whose they are, and how long after each other."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.jurisdictions.profile import BothChecks
from shop.review.models import Check
from shop.review.work import Problem

MINUTE = datetime.timedelta(minutes=1)


def between(checks: Collection[Check]) -> datetime.timedelta | None:
    """The time between both signatures; None while one of them is missing."""
    times = sorted(check.signed_at for check in checks)
    return times[-1] - times[0] if len(times) > 1 else None


def in_words(checks: Collection[Check]) -> str:
    """The time between both signatures, and whether one person gave them; empty while one is missing."""
    apart = between(checks)
    if apart is None:
        return ""
    return words_for(apart, is_one_person=is_one_person(checks))


def words_for(apart: datetime.timedelta, *, is_one_person: bool) -> str:
    seconds = int(apart.total_seconds())
    if apart < MINUTE:
        time = ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    else:
        minutes = seconds // 60
        time = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if is_one_person:
        return _("One person signed both checks, %(time)s apart.") % {"time": time}
    return _("Two people signed the two checks, %(time)s apart.") % {"time": time}


def is_one_person(checks: Collection[Check]) -> bool:
    return len({check.signed_by_id for check in checks}) == 1


def pair_problems(rule: BothChecks, checks: Collection[Check]) -> Iterator[Problem]:
    """What the profile has against these two signatures standing together."""
    apart = between(checks)
    if apart is None or not is_one_person(checks) or rule == BothChecks.AT_ONCE:
        return
    if rule == BothChecks.TWO_PEOPLE:
        yield Problem("", _("Two people sign the two checks under these rules."))
    elif apart < MINUTE:
        text = _("Whoever signs both checks lets a minute pass between them under these rules.")
        yield Problem("", text)
