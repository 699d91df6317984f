"""The pharmacist's review desk."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "shop.review"

    def ready(self) -> None:
        from shop.audit import guards, states
        from shop.patients import services as patients
        from shop.prescriptions import moving
        from shop.review import admin, checks, models  # noqa: F401
        from shop.review.desk import content, help_lines, messages  # noqa: F401
        from shop.review.following import Review

        # A new key seals the rows anew, so the seals may change.
        refusal = "what was signed and decided is never changed or deleted"
        guards.register(models.Decision, refusal=refusal, but=("frozen",))
        guards.register(models.PrescriberQuery, refusal=refusal, but=("content",))
        guards.register(models.Check, refusal=refusal)
        guards.register(models.SecondLook, refusal=refusal, but=("content",))
        guards.register(models.AddedMedicine, refusal=refusal, but=("content",))
        guards.register(models.StruckMedicine, refusal=refusal, but=("content",))
        states.register(models.AddedMedicine, "added_medicine")
        states.register(models.StruckMedicine, "struck_medicine")
        states.register(models.Decision, "decision")
        states.register(models.PrescriberQuery, "query")
        states.register(models.Check, "check")
        states.register(models.SecondLook, "second_look")
        states.register(models.AnswersChange, "answers_change")
        review = Review()
        moving.add_follower(review)
        patients.add_follower(review)
