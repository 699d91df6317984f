"""Mailing: messages by email, written down before they are sent."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "shop.mailing"

    def ready(self) -> None:
        from shop.mailing import doubtful  # noqa: F401
