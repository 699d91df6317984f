"""Creates the people of the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shop.demo import people


class Command(BaseCommand):
    help = "Create a demo customer, pharmacist, member of staff and superintendent."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            people.create_people()
        except people.NotADemonstration as error:
            raise CommandError("This is a real pharmacy: it gets no demo people.") from error
        for person in people.PEOPLE:
            self.stdout.write(f"{person.email}  {person.part}")
