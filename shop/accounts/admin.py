"""The admin page that says who is a registered pharmacist."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from shop.accounts.actors import actor_of
from shop.accounts.models import PharmacistRegistration, User
from shop.accounts.roles import is_superintendent
from shop.audit import states


@admin.register(PharmacistRegistration)
class PharmacistRegistrationAdmin(admin.ModelAdmin):
    """Only the superintendent says who is a pharmacist; being a superuser is not enough."""

    list_display = ("user", "register", "number", "valid_until")
    autocomplete_fields = ("user",)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save the registration, and record whom it makes a pharmacist, and until when."""
        before = PharmacistRegistration.objects.filter(pk=obj.pk).values_list("user_id")
        holders = User.objects.filter(Q(pk__in=before) | Q(pk=obj.user_id)).order_by("pk")
        recorded = states.changing(
            *holders,
            action="account.registration",
            actor=actor_of(request.user),
            details={"registration": str(obj), "valid_until": str(obj.valid_until)},
        )
        with transaction.atomic(), recorded:
            super().save_model(request, obj, form, change)

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
