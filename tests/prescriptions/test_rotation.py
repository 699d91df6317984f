"""A new key reaches everything that is sealed, however often the work is killed on its way."""

from __future__ import annotations

import io
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from catalogue.models import Product
from shop.accounts.models import User
from shop.patients.models import Patient
from shop.prescriptions import opening, sending
from shop.prescriptions.models import Document, Page, Prescription
from shop.prescriptions.statuses import Status
from shop.prescriptions.upkeep.rotation import FILES, SealedFile, rotate
from shop.prescriptions.upkeep.sweep import sweep
from shop.vault import resealing
from shop.vault import storage as vault
from shop.vault.sealing import VaultError
from tests import killing
from tests.conftest import send_prescription

OLD = {"old": b"1" * 32}
NEW = {"new": b"2" * 32}

ROTATE = "from django.core.management import call_command\ncall_command('rotate_keys')\n"
KILLED_AT = {
    "before a file is written": "from shop.vault import storage; storage.store = die\n",
    "after a file is written": (
        "from shop.vault import storage; store = storage.store\n"
        "storage.store = lambda *a, **k: (store(*a, **k), die())\n"
    ),
    "after the row is moved": "from shop.vault import storage; storage.discard = die\n",
    "after the old file is gone": (
        "from shop.vault import storage; discard = storage.discard\n"
        "storage.discard = lambda name: (discard(name), die())\n"
    ),
    "before a field is written": (
        "from shop.vault.resealing import SealedContents; SealedContents._unchanged = die\n"
    ),
}


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Path) -> None:
    """An empty vault, and the old key only."""
    backend = settings.STORAGES["prescriptions"]
    options = {**backend["OPTIONS"], "location": str(tmp_path)}
    settings.STORAGES = {**settings.STORAGES, "prescriptions": {**backend, "OPTIONS": options}}
    settings.DOCUMENT_KEYS = OLD


# What is sealed of a prescription: two files, four fields, the note of its one event, and the key
# that names are searched by.
THINGS = 8


def command(*arguments: str) -> tuple[int, str]:
    """How `rotate_keys` ended, and what it said."""
    said = io.StringIO()
    try:
        call_command("rotate_keys", *arguments, stdout=said, stderr=said)
    except SystemExit as end:
        return int(str(end.code)), said.getvalue()
    return 0, said.getvalue()


def assert_everything_opens() -> None:
    for document in Document.objects.all():
        assert opening.open_sealed(document) == b"as sent"
    for page in Page.objects.all():
        assert opening.open_sealed(page) == b"a picture"
    for prescription in Prescription.objects.filter(status=Status.SUBMITTED):
        assert prescription.answers.patient_name == "Robin Example"


def names_in_rows() -> set[str]:
    return {row.sealed_name for model in FILES for row in model.objects.all()}


def make_old() -> None:
    """Turn all files in the vault two hours older."""
    for name in killing.stored_files():
        path = killing.vault_folder() / name
        earlier = path.stat().st_mtime - 2 * 60 * 60
        os.utime(path, (earlier, earlier))


def test_everything_opens_with_the_new_key_alone(
    settings: Any, customer: User, prescription: Prescription
) -> None:
    Patient.objects.create(user=customer, answers_json={"patient_name": "Robin Example"})
    sending.save_draft(by=customer, typed={"patient_name": "Robin"})
    settings.DOCUMENT_KEYS = NEW | OLD

    status, said = command()
    settings.DOCUMENT_KEYS = NEW

    assert status == 0
    assert f"{THINGS + 1 + 5} sealed anew, 0 not opened" in said
    assert "Key old sealed nothing: it may leave DOCUMENT_KEYS." in said
    assert_everything_opens()
    assert Patient.objects.get().answers.patient_name == "Robin Example"
    assert Prescription.objects.draft_of(customer).typed == {"patient_name": "Robin"}
    assert killing.stored_files() == names_in_rows()


def test_a_second_run_has_nothing_to_do(settings: Any, prescription: Prescription) -> None:
    settings.DOCUMENT_KEYS = NEW | OLD
    command()
    names = names_in_rows()

    _status, said = command()

    assert "0 sealed anew" in said
    assert names_in_rows() == names


def test_a_check_counts_and_changes_nothing(settings: Any, prescription: Prescription) -> None:
    settings.DOCUMENT_KEYS = NEW | OLD
    names = names_in_rows()

    status, said = command("--check")

    assert status == 1
    assert "Key new (the current one) sealed 0." in said
    assert f"Key old sealed {THINGS}: keep it." in said
    assert names_in_rows() == names


def test_progress_is_told(settings: Any, prescription: Prescription) -> None:
    settings.DOCUMENT_KEYS = NEW | OLD
    said: list[str] = []

    rotate(said.append, every=1)

    assert said[-1] == f"{THINGS} looked at, {THINGS} sealed anew"


def damage(path: Path) -> None:
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.write_bytes(sealed)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5])


@pytest.mark.parametrize("spoil", [damage, cut, Path.unlink])
def test_what_cannot_be_opened_is_named_and_does_not_stop_the_rest(
    settings: Any, prescription: Prescription, spoil: Callable[[Path], None]
) -> None:
    document, page = Document.objects.get(), Page.objects.get()
    spoil(killing.vault_folder() / document.sealed_name)
    settings.DOCUMENT_KEYS = NEW | OLD

    status, said = command()

    assert status == 1
    assert str(document.uuid) in said
    assert f"{THINGS - 1} sealed anew, 1 not opened" in said
    assert "it may leave" not in said
    assert vault.key_id_of(Page.objects.get(pk=page.pk).sealed_name) == "new"


def test_a_key_that_is_not_there_is_named(settings: Any, prescription: Prescription) -> None:
    settings.DOCUMENT_KEYS = NEW

    status, said = command()

    assert status == 1
    assert "The key 'old' is not in DOCUMENT_KEYS." in said
    assert f"Key old sealed {THINGS}, and is not there!" in said
    assert len(killing.stored_files()) == 2


def test_a_row_that_changed_meanwhile_is_left_as_it_is(
    settings: Any, prescription: Prescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DOCUMENT_KEYS = NEW | OLD
    unseal = resealing.unseal

    def changing(sealed: bytes, *, context: str) -> bytes:
        row = Prescription.objects.get()
        row.answers_json = {"patient_name": "Changed"}
        row.save()
        return unseal(sealed, context=context)

    monkeypatch.setattr(resealing, "unseal", changing)
    command()

    assert Prescription.objects.get().answers.patient_name == "Changed"


def test_of_two_rotations_one_moves_the_file(settings: Any, prescription: Prescription) -> None:
    first, second = Page.objects.get(), Page.objects.get()
    settings.DOCUMENT_KEYS = NEW | OLD

    assert SealedFile(first).reseal()
    with pytest.raises(VaultError):
        SealedFile(second).reseal()

    assert not SealedFile(second).is_there()
    assert opening.open_sealed(second) == b"a picture"


def test_a_file_that_another_rotation_moves_meanwhile_is_moved_once(
    settings: Any, prescription: Prescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DOCUMENT_KEYS = NEW | OLD
    store = vault.store

    def late(plain: bytes, *, context: str) -> str:
        monkeypatch.setattr(vault, "store", store)
        assert SealedFile(Page.objects.get()).reseal()
        return store(plain, context=context)

    monkeypatch.setattr(vault, "store", late)
    page = Page.objects.get()

    assert not SealedFile(page).reseal()
    assert killing.stored_files() == names_in_rows()
    assert opening.open_sealed(page) == b"a picture"


def test_no_sealed_file_is_forgotten() -> None:
    named = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001
        if field.name == "sealed_name"
    }

    assert named == set(FILES)


def assert_a_second_run_completes_it(settings: Any) -> None:
    """And leaves no file that no row names."""
    assert command()[0] == 0
    make_old()
    sweep()
    assert killing.stored_files() == names_in_rows()
    settings.DOCUMENT_KEYS = NEW
    assert_everything_opens()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", KILLED_AT.values(), ids=KILLED_AT)
def test_a_rotation_that_is_killed_can_be_run_again(
    settings: Any, prescription: Prescription, moment: str
) -> None:
    settings.DOCUMENT_KEYS = NEW | OLD

    status, said = killing.run(moment + ROTATE)

    assert status == -signal.SIGKILL, said
    assert_everything_opens()
    assert_a_second_run_completes_it(settings)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_rotation_killed_at_any_moment_leaves_everything_readable(
    settings: Any, customer: User, medicine: Product
) -> None:
    for _ in range(40):
        send_prescription(customer, medicine)
    settings.DOCUMENT_KEYS = NEW | OLD

    kills = 0
    for _ in range(8):
        with killing.start("print('go', flush=True)\n" + ROTATE) as child:
            child.stdout.readline()
            if not child.has_ended(random.uniform(0, 0.3)):  # noqa: S311
                child.kill()
                kills += 1
        assert_everything_opens()

    assert kills
    assert_a_second_run_completes_it(settings)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_everything_is_readable_while_it_is_rotated(
    settings: Any, customer: User, medicine: Product
) -> None:
    for _ in range(20):
        send_prescription(customer, medicine)
    settings.DOCUMENT_KEYS = NEW | OLD

    with killing.start(ROTATE) as child:
        looked = 0
        while not child.has_ended():
            assert_everything_opens()
            looked += 1
        code, said = child.communicate()

    assert code == 0, said
    assert looked > 1
