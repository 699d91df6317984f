"""Standing: what happens to an order after it was paid, and whether it may still leave."""

from django.apps import AppConfig


class StandingConfig(AppConfig):
    name = "shop.standing"
    label = "standing"

    def ready(self) -> None:
        from shop.audit import guards, states
        from shop.standing.models import Answer

        # A new key seals what was written anew, so the seal may change.
        refusal = "what a pharmacist answered for is never changed or deleted"
        guards.register(Answer, refusal=refusal, but=("why",))
        states.register(Answer, "answer")
