"""The admin: one sign-in with the shop, and the review desk as a pharmacist's first page."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

from shop.accounts import samples
from shop.accounts.models import User


class PharmacyAdminSite(AdminSite):
    site_title = _("Pharmacy admin")
    site_header = _("Pharmacy admin")
    index_title = _("Pharmacy admin")

    def get_urls(self) -> list[URLResolver | URLPattern]:
        shown = self.admin_view(samples.components)
        return [path("components/", shown, name="components"), *super().get_urls()]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send the visitor to the shop's sign-in; the admin has none of its own."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One page changes passwords, which records it and tells the person."""
        return redirect("account_change_password")

    def index(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if isinstance(request.user, User) and request.user.is_pharmacist:
            return redirect("admin:prescription-queue")
        return super().index(request, extra_context)
