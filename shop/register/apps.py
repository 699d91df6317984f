"""The register of supplies."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "shop.register"

    def ready(self) -> None:
        from shop.audit import guards
        from shop.register import browsing, services  # noqa: F401
        from shop.register.models import Annotation, Entry
        from shop.vault import witnessed

        # A new key seals the rows anew, so the seals may change; what they hold has its witness.
        refusal = "register entries are never changed or deleted"
        guards.register(Entry, refusal=refusal, but=("particulars",))
        guards.register(Annotation, refusal=refusal, but=("text",))
        witnessed.register(Entry.objects.all(), services.contents_of_entry)
        witnessed.register(Annotation.objects.all(), services.contents_of_annotation)
