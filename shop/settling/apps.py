"""Settling: what was paid becomes an order, or the money goes back."""

from django.apps import AppConfig


class SettlingConfig(AppConfig):
    name = "shop.settling"
    label = "settling"

    def ready(self) -> None:
        from shop.patients import services as patients
        from shop.placing import telling
        from shop.prescriptions import moving
        from shop.settling.following import Following
        from shop.standing import answering

        following = Following()
        moving.add_follower(following)
        answering.add_follower(following)
        patients.add_follower(following)
        telling.hear_of_what_sql_changed()
