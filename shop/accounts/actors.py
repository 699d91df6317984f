"""Who somebody is when the audit log names them: their account's number and their roles that day."""

from __future__ import annotations

from shop.accounts.models import User
from shop.audit.log import Actor, Subject

CUSTOMER = "customer"


def actor_of(user: User) -> Actor:
    """The user, in every role they hold today."""
    if not user.is_staff:
        return Actor(user.pk, CUSTOMER)
    registration = user.current_registration
    roles = [f"pharmacist, {registration}"] if registration else []
    roles += user.groups.order_by("name").values_list("name", flat=True)
    roles += ["superuser"] if user.is_superuser else []
    return Actor(user.pk, "; ".join(roles)[:200] or "staff", works_here=True)


def account(user: User) -> Subject:
    """An account, as something that was acted on."""
    return Subject("account", str(user.pk))
