"""The register of supplies."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "shop.register"
    label = "register"

    def ready(self) -> None:
        from shop.audit import guards, witnesses
        from shop.register import browsing, services  # noqa: F401
        from shop.register.models import Annotation, Entry

        # A new key seals the rows anew, so the seals may change; what they hold has its witness.
        refusal = "register entries are never changed or deleted"
        guards.register(Entry, refusal=refusal, but=("particulars",))
        guards.register(Annotation, refusal=refusal, but=("text",))
        witnesses.register(services.witnessed_entries)
        witnesses.register(services.witnessed_annotations)
