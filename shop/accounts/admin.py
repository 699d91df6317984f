"""Admin pages for people: accounts, and who is a registered pharmacist."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shop.accounts import second_factor
from shop.accounts.actors import account, actor_of
from shop.accounts.models import PharmacistRegistration, User
from shop.accounts.roles import is_superintendent
from shop.audit import log

# Importing Django's user pages brings its page for groups; who holds a role is set on the user.
admin.site.unregister(Group)


@admin.register(User)
class AccountAdmin(UserAdmin):
    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active")
    search_fields = ("email", "first_name", "last_name")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    actions = ("remove_second_factor",)
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Save the roles, and record them as they now are."""
        user = form.instance
        with transaction.atomic():
            super().save_related(request, form, formsets, change)
            log.append(
                "account.roles",
                actor=actor_of(request.user),
                subject=account(user),
                details={
                    "active": user.is_active,
                    "staff": user.is_staff,
                    "groups": list(user.groups.order_by("name").values_list("name", flat=True)),
                },
            )

    @admin.action(description=_("Take the second factor away"), permissions=["roles"])
    def remove_second_factor(self, request: Any, users: QuerySet[User]) -> None:
        """For a lost or replaced telephone; whose it was is told, and registers an app anew."""
        for user in users:
            if second_factor.remove(user, actor=actor_of(request.user)):
                second_factor.tell_removed(user)
                text = _("The second factor of %(email)s is taken away.") % {"email": user.email}
                messages.success(request, text)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what an account did stays in the log under its number. Deactivate it instead."""
        return False

    def has_roles_permission(self, request: HttpRequest) -> bool:
        return is_superintendent(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Roles are given by the superintendent, and superuser rights by no page at all."""
        locked = (*self.readonly_fields, "is_superuser")
        return locked if is_superintendent(request.user) else (*locked, "groups")


@admin.register(PharmacistRegistration)
class PharmacistRegistrationAdmin(admin.ModelAdmin):
    """Only the superintendent says who is a pharmacist; being a superuser is not enough."""

    list_display = ("user", "register", "number", "valid_until")
    autocomplete_fields = ("user",)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save the registration, and record whom it makes a pharmacist, and until when."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            log.append(
                "account.registration",
                actor=actor_of(request.user),
                subject=account(obj.user),
                details={"registration": str(obj), "valid_until": str(obj.valid_until)},
            )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superintendent(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superintendent(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superintendent(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superintendent(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
