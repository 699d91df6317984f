"""Roles that are groups, and what each group may do in the dashboard."""

from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import Q

from shop.accounts.models import User

SHOP_STAFF = "Shop staff"
SUPERINTENDENT = "Superintendent"

# Models whose pages in the dashboard staff work with, by app label.
STAFF_MODELS = {
    "catalogue": ("product", "category", "productclass", "productimage"),
    "partner": ("stockrecord", "stockalert"),
    "order": ("order", "line", "ordernote"),
}


def is_superintendent(user: User | AnonymousUser) -> bool:
    """Whether the user is the superintendent pharmacist, by group, never by being a superuser."""
    return user.is_active and user.is_staff and user.groups.filter(name=SUPERINTENDENT).exists()


def create_groups() -> None:
    """Create the groups, and give staff the permissions of their pages; safe to run again."""
    Group.objects.get_or_create(name=SUPERINTENDENT)
    staff, _ = Group.objects.get_or_create(name=SHOP_STAFF)
    wanted = Q()
    for app_label, models in STAFF_MODELS.items():
        wanted |= Q(content_type__app_label=app_label, content_type__model__in=models)
    staff.permissions.set(Permission.objects.filter(wanted))
