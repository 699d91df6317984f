"""Who may dispense, who may check what was dispensed, and who may send it."""

from __future__ import annotations

from typing import Any

from shop.accounts.models import User
from shop.jurisdictions import loading
from shop.jurisdictions.profile import Checkers


def may_dispense(user: Any) -> bool:
    """Whoever moves orders here, and every pharmacist."""
    if not isinstance(user, User) or not (user.is_active and user.is_staff):
        return False
    return user.is_pharmacist or user.has_perm("order.change_order")


def may_check(user: Any) -> bool:
    """Those whom the profile lets sign the accuracy check."""
    if loading.current().accuracy_checked_by.value == Checkers.DISPENSERS:
        return may_dispense(user)
    return isinstance(user, User) and user.is_pharmacist
