"""The pharmacist's review desk."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "shop.review"
    label = "review"

    def ready(self) -> None:
        from shop.audit import guards
        from shop.patients import services as patients
        from shop.prescriptions import moving
        from shop.review import admin, content_desk, flags, models, services, thread_desk  # noqa: F401

        # A new key seals the rows anew, so the seals may change.
        refusal = "what was signed and decided is never changed or deleted"
        guards.register(models.Decision, refusal=refusal, but=("frozen",))
        guards.register(models.PrescriberQuery, refusal=refusal, but=("content",))
        guards.register(models.Check, refusal=refusal)
        moving.FOLLOWERS.append(flags.follow)
        patients.FOLLOWERS.append(services.patient_changed)
