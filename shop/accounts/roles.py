"""Roles that are groups, and what each group may do in the dashboard."""

from enum import Enum

from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import Q

from shop.accounts.models import PharmacistRegistration, User

SHOP_STAFF = "Shop staff"
SUPERINTENDENT = "Superintendent"
AUDITOR = "Auditor"

# What each role may do with which models, by app label. The pharmacists' role is not a group: it
# is a registration that is valid today.
MAY_DO: dict[str, dict[str, tuple[str, ...]]] = {
    SHOP_STAFF: {
        "catalogue": ("product", "category", "productclass", "productimage"),
        "partner": ("stockrecord", "stockalert"),
        "order": ("order", "line", "ordernote"),
    },
    SUPERINTENDENT: {
        "accounts": ("user", "pharmacistregistration"),
        "catalogue": ("product", "category", "productclass", "productimage"),
        "partner": ("stockrecord",),
    },
    AUDITOR: {},
}


class Desk(Enum):
    """What somebody is at the desk; the menu goes by it, and each page asks for itself."""

    PHARMACIST = "pharmacist"
    SUPERINTENDENT = "superintendent"
    # A superintendent who is a pharmacist today.
    SIGNATORY = "signatory"
    AUDITOR = "auditor"
    STAFF = "staff"


def desk_roles(user: User | AnonymousUser) -> frozenset[Desk]:
    """All of them that the user is today; two queries."""
    if not isinstance(user, User) or not _is_known(user):
        return frozenset()
    groups = set(user.groups.values_list("name", flat=True))
    is_pharmacist = user.is_pharmacist
    held = {
        Desk.PHARMACIST: is_pharmacist,
        Desk.SUPERINTENDENT: SUPERINTENDENT in groups,
        Desk.SIGNATORY: is_pharmacist and SUPERINTENDENT in groups,
        Desk.AUDITOR: AUDITOR in groups,
        Desk.STAFF: SHOP_STAFF in groups or user.is_superuser,
    }
    return frozenset(role for role, is_held in held.items() if is_held)


def is_superintendent(user: User | AnonymousUser) -> bool:
    """Whether the user is the superintendent pharmacist, by group, never by being a superuser."""
    return _is_known(user) and user.groups.filter(name=SUPERINTENDENT).exists()


def may_read_audit(user: User | AnonymousUser) -> bool:
    """Whether the audit log is there for the user: for the superintendent and for auditors."""
    return _is_known(user) and user.groups.filter(name__in=(SUPERINTENDENT, AUDITOR)).exists()


def _is_known(user: User | AnonymousUser) -> bool:
    """Whether the user works here, and nobody has to confirm who it is."""
    if not isinstance(user, User) or user.unconfirmed_since:
        return False
    return user.is_active and user.is_staff


def may_read_register(user: User | AnonymousUser) -> bool:
    """Whether the register of supplies is there for the user: also for every pharmacist."""
    is_pharmacist = isinstance(user, User) and user.is_pharmacist
    return is_pharmacist or may_read_audit(user)


def superintendent_registration(user: User | AnonymousUser) -> PharmacistRegistration | None:
    """The registration a superintendent signs content with today; None for anybody else."""
    if isinstance(user, User) and is_superintendent(user):
        return user.current_registration
    return None


def create_groups() -> None:
    """Create the groups with the permissions of their pages; safe to run again."""
    for role, models_by_app in MAY_DO.items():
        group, _ = Group.objects.get_or_create(name=role)
        # An empty condition would find every permission there is.
        wanted = Q(pk__in=())
        for app_label, models in models_by_app.items():
            wanted |= Q(content_type__app_label=app_label, content_type__model__in=models)
        group.permissions.set(Permission.objects.filter(wanted))
