"""Accounts: who may sign in, and in which role."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from oscar.apps.analytics.apps import AnalyticsConfig


class AccountsConfig(AppConfig):
    name = "shop.accounts"
    label = "accounts"

    def ready(self) -> None:
        from shop.accounts import admin, audit_page, rights, second_factor, sign_ins  # noqa: F401

        rights.register()

        sign_ins.connect()
        second_factor.connect()


class PharmacyAdminConfig(SimpleAdminConfig):
    """The admin with nothing in it but what our own apps put there.

    Oscar's admin pages would edit orders and payments past every rule, so they are not found.
    """

    default_site = "shop.accounts.admin_site.PharmacyAdminSite"


class SilentAnalyticsConfig(AnalyticsConfig):
    """Oscar's tables of who looked at, searched for and bought what; nothing is written to them."""

    name = "oscar.apps.analytics"

    def ready(self) -> None:
        pass
