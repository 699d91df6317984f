"""The pharmacist's review desk."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "shop.review"
    label = "review"

    def ready(self) -> None:
        from shop.prescriptions import services
        from shop.review import admin, content_desk, flags, thread_desk  # noqa: F401

        services.FOLLOWERS.append(flags.follow)
