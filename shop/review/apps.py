"""The pharmacist's review desk."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "shop.review"
    label = "review"

    def ready(self) -> None:
        from shop.patients import services as patients
        from shop.prescriptions import moving
        from shop.review import admin, content_desk, flags, services, thread_desk  # noqa: F401

        moving.FOLLOWERS.append(flags.follow)
        patients.FOLLOWERS.append(services.patient_changed)
