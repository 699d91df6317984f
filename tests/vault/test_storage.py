"""A stored prescription opens only whole, in its own place and with a known key."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import override_settings

from shop.vault import storage
from shop.vault.keys import new_key, parse_keys
from shop.vault.sealing import VaultError, key_id_of, seal, unseal
from shop.vault.storage import WholeFileStorage

OLD = {"old": b"1" * 32}
NEW = {"new": b"2" * 32}
FRONT = "page:image:front"
BACK = "page:image:back"
MARKER = b"Planted Patient, baclofen 10 mg"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    backend = {
        "BACKEND": "shop.vault.storage.WholeFileStorage",
        "OPTIONS": {"location": tmp_path},
    }
    with override_settings(DOCUMENT_KEYS=OLD, STORAGES={"prescriptions": backend}):
        yield tmp_path


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@override_settings(DOCUMENT_KEYS=OLD)
@pytest.mark.parametrize("plain", [b"", b"x", MARKER, bytes(3_000_000)])
def test_what_was_sealed_opens_again(plain: bytes) -> None:
    assert unseal(seal(plain, context=FRONT), context=FRONT) == plain


@override_settings(DOCUMENT_KEYS=OLD)
def test_the_same_page_never_looks_the_same_twice() -> None:
    assert seal(MARKER, context=FRONT) != seal(MARKER, context=FRONT)


@override_settings(DOCUMENT_KEYS=OLD)
def test_nothing_can_be_read_in_the_sealed_bytes() -> None:
    assert MARKER not in seal(MARKER, context=FRONT)


@override_settings(DOCUMENT_KEYS=OLD)
def test_a_change_in_any_byte_is_found() -> None:
    sealed = seal(MARKER, context=FRONT)

    for place in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[place] ^= 1 << bit
            with pytest.raises(VaultError):
                unseal(bytes(changed), context=FRONT)


@override_settings(DOCUMENT_KEYS=OLD)
def test_a_cut_at_any_place_is_found() -> None:
    sealed = seal(MARKER, context=FRONT)

    for length in range(len(sealed)):
        with pytest.raises(VaultError):
            unseal(sealed[:length], context=FRONT)
    with pytest.raises(VaultError):
        unseal(sealed + b"\x00", context=FRONT)


@override_settings(DOCUMENT_KEYS=OLD)
def test_a_format_from_the_future_is_named_as_such() -> None:
    with pytest.raises(VaultError, match="format"):
        unseal(b"\x02" + seal(MARKER, context=FRONT)[1:], context=FRONT)


@override_settings(DOCUMENT_KEYS=OLD)
def test_a_page_moved_to_another_place_does_not_open() -> None:
    front, back = seal(b"front", context=FRONT), seal(b"back", context=BACK)

    for sealed, context in ((front, BACK), (back, FRONT)):
        with pytest.raises(VaultError):
            unseal(sealed, context=context)


def test_the_first_key_seals_and_an_older_one_still_opens() -> None:
    with override_settings(DOCUMENT_KEYS=OLD):
        before = seal(MARKER, context=FRONT)

    with override_settings(DOCUMENT_KEYS=NEW | OLD):
        after = seal(MARKER, context=FRONT)

        assert key_id_of(before) == "old"
        assert key_id_of(after) == "new"
        assert unseal(before, context=FRONT) == unseal(after, context=FRONT) == MARKER


def test_a_key_that_was_taken_away_is_named_in_the_error() -> None:
    with override_settings(DOCUMENT_KEYS=OLD):
        sealed = seal(MARKER, context=FRONT)

    with override_settings(DOCUMENT_KEYS=NEW), pytest.raises(VaultError, match="'old'"):
        unseal(sealed, context=FRONT)


def test_a_stolen_key_name_does_not_open_another_keys_page() -> None:
    twins = {"one": b"1" * 32, "two": b"1" * 32}
    with override_settings(DOCUMENT_KEYS=twins):
        sealed = seal(MARKER, context=FRONT)

        with pytest.raises(VaultError):
            unseal(sealed.replace(b"one", b"two"), context=FRONT)


def test_a_stored_page_is_fetched_again(folder: Path) -> None:
    name = storage.store(MARKER, context=FRONT)

    assert storage.fetch(name, context=FRONT) == MARKER


def test_stored_names_are_random_and_two_folders_deep(folder: Path) -> None:
    names = {storage.store(MARKER, context=FRONT) for _ in range(20)}

    assert len(names) == 20
    for name in names:
        first, second, label = name.split("/")
        assert len(label) == 32
        assert label.startswith(first + second)


def test_the_folder_holds_no_readable_page(folder: Path) -> None:
    storage.store(MARKER, context=FRONT)

    [file] = files_in(folder)
    assert MARKER not in file.read_bytes()


def test_only_the_shop_may_read_the_folder(folder: Path) -> None:
    storage.store(MARKER, context=FRONT)

    [file] = files_in(folder)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert file.parent.parent.stat().st_mode & 0o777 == 0o700


def test_two_stored_pages_that_were_swapped_do_not_open(folder: Path) -> None:
    front, back = storage.store(b"front", context=FRONT), storage.store(b"back", context=BACK)
    (folder / front).rename(folder / "kept")
    (folder / back).rename(folder / front)
    (folder / "kept").rename(folder / back)

    for name, context in ((front, FRONT), (back, BACK)):
        with pytest.raises(VaultError):
            storage.fetch(name, context=context)


def test_a_missing_page_is_an_error_and_not_an_empty_one(folder: Path) -> None:
    name = storage.store(MARKER, context=FRONT)
    (folder / name).unlink()

    with pytest.raises(VaultError):
        storage.fetch(name, context=FRONT)


def test_a_discarded_page_is_gone(folder: Path) -> None:
    name = storage.store(MARKER, context=FRONT)

    storage.discard(name)
    storage.discard(name)

    assert not files_in(folder)


def test_a_full_disk_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        storage.store(MARKER, context=FRONT)
    assert not files_in(folder)


def test_a_killed_process_leaves_no_page_under_a_name(tmp_path: Path) -> None:
    half_way = (
        "import os, signal, sys\n"
        "from django.conf import settings\n"
        f"options = {{'location': {str(tmp_path)!r}}}\n"
        "backend = {'BACKEND': 'shop.vault.storage.WholeFileStorage', 'OPTIONS': options}\n"
        "settings.configure(DOCUMENT_KEYS={'a': b'1' * 32}, STORAGES={'prescriptions': backend})\n"
        "from shop.vault import storage\n"
        "storage.os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"storage.store({MARKER!r}, context='page:image:front')\n"
    )

    ended = subprocess.run([sys.executable, "-c", half_way], check=False, timeout=120)

    assert ended.returncode == -signal.SIGKILL
    [left] = files_in(tmp_path)
    assert left.suffix == ".part"
    assert MARKER not in left.read_bytes()


def test_a_file_that_is_already_there_is_never_replaced(folder: Path) -> None:
    storage = storages["prescriptions"]
    assert isinstance(storage, WholeFileStorage)
    storage._save("aa/bb/one", ContentFile(b"first"))  # noqa: SLF001

    with pytest.raises(FileExistsError):
        storage._save("aa/bb/one", ContentFile(b"second"))  # noqa: SLF001
    assert (folder / "aa/bb/one").read_bytes() == b"first"


def test_new_keys_are_different_and_can_be_read() -> None:
    one, two = new_key(), new_key()

    keys = parse_keys(f"2026a:{one}, 2026b:{two}\n")

    assert list(keys) == ["2026a", "2026b"]
    assert {len(key) for key in keys.values()} == {32}
    assert keys["2026a"] != keys["2026b"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "Key 1"),
        (new_key(), "Key 1"),
        (f"a:{new_key()},", "Key 2"),
        (f"ä:{new_key()}", "Key 1"),
        (f"{'a' * 33}:{new_key()}", "Key 1"),
        ("a:not base64!", "not base64"),
        (f"a:!{new_key()}", "not base64"),
        ("a:cGxhbnRlZA==", "7 bytes instead of 32"),
        (f"a:{new_key()},a:{new_key()}", "twice"),
    ],
    # Two processes that make other keys must still call the tests by the same names.
    ids=range(9),
)
def test_wrong_keys_are_explained_without_showing_them(text: str, complaint: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=complaint) as wrong:
        parse_keys(text)

    assert not any(part in str(wrong.value) for part in text.split(":")[1:] if part)


def test_keys_are_read_without_any_settings() -> None:
    read = "from shop.vault.keys import new_key, parse_keys; parse_keys('a:' + new_key())"
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}

    assert (
        subprocess.run([sys.executable, "-c", read], check=False, env=bare, timeout=120).returncode
        == 0
    )
