"""Brings the demonstration up to date: database, static files, medicines, people, papers."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from shop import days
from shop.demo import people, signatures, specimen, stock
from shop.payments import attempts
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt

FOLDER_OF_PAPERS = "demo-files"
# Folders of scripts that Oscar brings, that no page loads, and that take long to compress.
NOT_COLLECTED = ["bootstrap4-datetimepicker", "inputmask", "mousewheel", "scss", "tinymce"]
NOTE_OF_STATIC_FILES = "collected-static-files.txt"


def steps() -> tuple[tuple[str, Callable[[], None]], ...]:
    """What is to be done, in order, each with words for the person who waits."""
    return (
        ("database", _database),
        ("medicines", _medicines),
        ("people", people.create_people),
        ("stock", stock.stock_the_shelf),
        ("signatures", signatures.sign_all),
        ("prescriptions to try", _papers),
        ("unfinished payments", _forget_card_pages),
    )


def _database() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def collect_static_files() -> None:
    """Collect static files when they have changed: compressing them all takes a while."""
    note = settings.VAR_DIR / NOTE_OF_STATIC_FILES
    sources = "\n".join(_static_sources())
    if note.exists() and note.read_text() == sources:
        return
    note.unlink(missing_ok=True)
    call_command(
        "collectstatic",
        interactive=False,
        clear=True,
        verbosity=0,
        ignore_patterns=NOT_COLLECTED,
    )
    note.write_text(sources)


def _static_sources() -> Iterator[str]:
    for finder in get_finders():
        for name, storage in finder.list(NOT_COLLECTED):
            content = hashlib.sha256(Path(storage.path(name)).read_bytes())
            yield f"{content.hexdigest()} {name}"


def _medicines() -> None:
    call_command("load_packs", stdout=io.StringIO())
    call_command("load_medicines", stdout=io.StringIO())


def _papers() -> None:
    specimen.write_files(settings.VAR_DIR / FOLDER_OF_PAPERS, written_on=days.at_pharmacy())


def _forget_card_pages() -> None:
    """Close what was open at the emulator when it last stopped: it keeps nothing."""
    for attempt in PaymentAttempt.objects.filter(status__in=(Status.CREATED, Status.SESSION_OPEN)):
        attempts.move(attempt, Status.EXPIRED)
