"""The demonstration's superintendent signs every text as it is made; the pages say what that is worth."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db.models import F

from catalogue import signing
from catalogue.content.models import ContentVersion
from shop import days
from shop.accounts.actors import actor_of
from shop.accounts.models import PharmacistRegistration, User
from shop.demo.people import SOFIA, NotADemonstration

REVIEWED_AFTER = datetime.timedelta(days=365)


def sign_all() -> None:
    """Sign what is loaded and not signed, so that its packs are on sale. Raises NotADemonstration."""
    if not settings.IS_DEMO:
        raise NotADemonstration
    superintendent = User.objects.get(email=SOFIA.email)
    registration = PharmacistRegistration.objects.current().get(user=superintendent)
    new = ContentVersion.objects.filter(
        medicine__version=F("pk"), signature=None, withdrawn_at=None
    )
    for version in new:
        signing.sign(
            version,
            by=superintendent,
            actor=actor_of(superintendent),
            registration=registration,
            review_by=days.at_pharmacy() + REVIEWED_AFTER,
        )
