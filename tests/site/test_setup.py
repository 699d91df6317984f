"""A newcomer's first hour: settings, demo people, `make run`, and what README promises of them."""

from __future__ import annotations

import ast
import os
import re
import resource
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from shop.accounts.models import User
from shop.accounts.roles import SHOP_STAFF, is_superintendent
from shop.demo import people
from shop.demo.management.commands.create_demo_people import Command
from shop.demo.stripe.cards import TEST_CARDS
from shop.patients import services as patients
from shop.patients.freshness import old_answers
from shop.patients.models import Patient
from tests.site.test_migrations import check_all_is_migrated

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text()
READS_A_SETTING = re.compile(r"(env(\.\w+)?|_port|os\.environ\.get)$")
NOT_FOR_THE_FILE = {"ENV_FILE", "TEST_CLOCK"}  # where the file is, and what no shop has


def settings_read() -> set[str]:
    """The names of all variables that the settings read."""
    return {name for name, _ in reads_of_settings()} - NOT_FOR_THE_FILE


def reads_of_settings() -> Iterator[tuple[str, ast.Call]]:
    for module in (ROOT / "shop" / "settings").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and READS_A_SETTING.match(ast.unparse(node.func)):
                match node.args:
                    case [ast.Constant(value=str(name)), *_]:
                        yield name, node


def default_of(read: ast.Call) -> str | None:
    """What holds without the variable, as it would be written in the file; None where code says it."""
    for keyword in read.keywords:
        if keyword.arg == "default":
            with suppress(ValueError):
                value = ast.literal_eval(keyword.value)
                return (
                    ",".join(value)
                    if isinstance(value, list)
                    else re.sub("^True$", "true", f"{value}")
                )
    return None


def test_the_example_file_names_every_setting_once_with_a_word_on_it() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = [
        (match[1], lines[at - 1])
        for at, line in enumerate(lines)
        if (match := re.fullmatch(r"#([A-Z_]+)=.*", line))
    ]

    assert sorted(name for name, _ in named) == sorted(settings_read())
    assert all(re.match(r"# \w", comment) for _, comment in named)


def test_the_example_file_says_what_holds_without_it() -> None:
    said = dict(re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    defaults = [(name, default_of(read)) for name, read in reads_of_settings()]

    known = [(name, default) for name, default in defaults if default]
    assert len(known) > 15
    assert [(name, said[name]) for name, _ in known] == known


def test_the_example_file_changes_nothing_as_it_stands() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


# Demo people


@pytest.fixture
def demo_people(medicine: Any) -> None:
    people.create_people()


def test_every_demo_person_signs_in_with_the_printed_password_and_the_code_on_the_page(
    demo_people: None, settings: Any
) -> None:
    settings.MFA_ADAPTER = "shop.demo.authenticator.DemoMFAAdapter"
    for person in people.PEOPLE:
        client = Client()
        typed = {"login": person.email, "password": people.PASSWORD}

        page = client.post("/accounts/login/", typed, follow=True).content.decode()
        if person.is_staff:
            shown = re.search(r"the app would show (\d{6}) now", page)
            assert shown is not None
            client.post("/accounts/2fa/authenticate/", {"code": shown[1]})

        assert client.session["_auth_user_id"] == str(User.objects.get(email=person.email).pk)


def test_demo_people_have_the_roles_they_are_printed_with(demo_people: None) -> None:
    people_by_email = {user.email: user for user in User.objects.all()}
    everybody = people_by_email.values()

    assert {user.email for user in everybody if user.is_pharmacist} == {
        "pharmacist@example.com",
        "super@example.com",
    }
    assert {user.email for user in everybody if is_superintendent(user)} == {"super@example.com"}
    assert {user.email for user in everybody if user.groups.filter(name=SHOP_STAFF)} == {
        "staff@example.com"
    }
    assert not any(user.is_superuser for user in everybody)


def test_demo_customers_have_an_address_in_their_country(demo_people: None) -> None:
    countries = {
        user.email: [address.country_id for address in user.addresses.all()]
        for user in User.objects.filter(is_staff=False, is_active=True)
    }

    assert countries == {"anna@example.com": ["AU"], "uma@example.com": ["US"]}


def test_creating_the_demo_people_again_signs_nobody_out(demo_people: None) -> None:
    before = {user.pk: user.password for user in User.objects.all()}
    apps = set(Authenticator.objects.values_list("pk", flat=True))

    people.create_people()

    assert {user.pk: user.password for user in User.objects.all()} == before
    assert set(Authenticator.objects.values_list("pk", flat=True)) == apps
    assert len(apps) == len([person for person in people.PEOPLE if person.is_staff])
    assert User.objects.get(email="anna@example.com").addresses.count() == 1


def patients_of(email: str) -> dict[str, int]:
    today = timezone.localdate()
    return {
        patient.answers.patient_name: len(old_answers(patient.answers, day=today))
        for patient in Patient.objects.filter(user__email=email)
    }


def test_demo_customers_have_patients_and_some_answers_are_old(demo_people: None) -> None:
    assert patients_of("anna@example.com") == {"Anna Archer": 0, "Arthur Archer": 5}
    assert patients_of("uma@example.com") == {"Uma Underwood": 0}


def test_what_a_demo_customer_changed_about_a_patient_stays(demo_people: None) -> None:
    Patient.objects.get(user__email="uma@example.com").delete()
    patients.archive(Patient.objects.filter(user__email="anna@example.com")[0])

    people.create_people()

    assert patients_of("uma@example.com") == {"Uma Underwood": 0}
    assert Patient.objects.of(User.objects.get(email="anna@example.com")).count() == 1


def test_a_real_pharmacy_gets_no_demo_people(medicine: Any, settings: Any) -> None:
    settings.IS_DEMO = False

    with pytest.raises(CommandError, match="real pharmacy"):
        call_command(Command())

    assert not User.objects.filter(is_active=True).exists()


# make run


def free_ports() -> int:
    """A port that is free together with the next one.

    None of those that the system hands out of itself: until it is used, another test might get it.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with (
            suppress(OSError),
            socket.create_server(("127.0.0.1", port)),
            socket.create_server(("127.0.0.1", port + 1)),
        ):
            return port


def environment(folder: Path, port: int | str) -> dict[str, str]:
    """As empty as `env -i` leaves it."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**keep, "VAR_DIR": str(folder), "PORT": str(port), "ENV_FILE": os.devnull}


# For whatever else the machine does; those who stop it wait a moment.
STOPS_WITHIN = 60
RUN = [sys.executable, "-m", "shop.demo.run"]


def refused(folder: Path, port: int | str) -> str:
    """What `make run` says when it cannot start."""
    done = subprocess.run(
        RUN, cwd=ROOT, env=environment(folder, port), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("taken", [0, 1])
def test_a_busy_port_is_said_in_one_line_before_anything_starts(tmp_path: Path, taken: int) -> None:
    port = free_ports()
    with socket.create_server(("127.0.0.1", port + taken)):
        said = refused(tmp_path, port)

    assert re.fullmatch(rf"Port {port + taken} cannot be used: .*PORT=….*\n", said)
    assert not (tmp_path / "shop.sqlite3").exists()


@pytest.mark.parametrize("wrong", ["eight", "0", "65536", "65535"])
def test_a_wrong_port_is_said_in_one_line(tmp_path: Path, wrong: str) -> None:
    assert re.fullmatch(
        r"\w*PORT is \w+: give a port from 1 to 65535\.\n", refused(tmp_path, wrong)
    )


@contextmanager
def demonstration(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program behind `make run`, and what it printed when it was ready."""
    with (
        complaints_in(folder).open("w") as complaints,
        subprocess.Popen(
            RUN,
            cwd=ROOT,
            env=environment(folder, port),
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as process,
    ):
        try:
            yield process, printed_until_ready(process)
        finally:
            process.terminate()


def complaints_in(folder: Path) -> Path:
    """What the demonstration says on its other channel; the folder itself is its own."""
    return folder.with_suffix(".complaints")


def printed_until_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if line.startswith("Ctrl-C"):
            return printed
    raise AssertionError(f"it ended after: {printed}")


def processes_with(folder: Path) -> set[int]:
    """Processes of one demonstration, known by the folder in their environment."""
    mark = f"VAR_DIR={folder}".encode()
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
    return found


@pytest.mark.slow(seconds=40)
def test_make_run_twice_stopped_and_with_one_program_killed(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with spaces"
    port = free_ports()

    with demonstration(folder, port) as (process, printed):
        assert complaints_in(folder).read_text() == ""
        check_demonstration(f"http://127.0.0.1:{port}", printed, folder)
        process.send_signal(signal.SIGINT)
        assert process.wait(STOPS_WITHIN) == 0
    assert processes_with(folder) == set()
    check_all_is_migrated(f"sqlite:///{folder}/shop.sqlite3")

    before = seconds_of_children()
    with demonstration(folder, port) as (process, printed):
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOPS_WITHIN) == 0
    assert seconds_of_children() - before < 20
    assert processes_with(folder) == set()

    with demonstration(folder, port) as (process, printed):
        emulator = next(pid for pid in processes_with(folder) if is_the_emulator(pid))
        os.kill(emulator, signal.SIGKILL)
        assert process.wait(STOPS_WITHIN) == 1
    assert processes_with(folder) == set()


def check_demonstration(address: str, printed: str, folder: Path) -> None:
    for person in people.PEOPLE:
        assert f"{person.email:24}{person.part}" in printed
    assert people.PASSWORD in printed
    assert f"{address}/" in printed
    papers = {path.name for path in (folder / "demo-files").iterdir()}
    assert papers == {"prescription.jpg", "prescription.png", "prescription.pdf"}
    page = requests.get(f"{address}/catalogue/", timeout=60).text
    assert "Baclofen tablets" in page
    assert "$0.51" in page
    sheet = re.search(r'href="(/static/site\.[0-9a-f]+\.css)"', page)
    assert sheet
    assert requests.get(f"{address}{sheet[1]}", timeout=60).status_code == 200


def seconds_of_children() -> float:
    """Of a processor, which a busy machine does not stretch as it does those of the clock."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def is_the_emulator(pid: int) -> bool:
    return b"shop.demo.stripe" in Path(f"/proc/{pid}/cmdline").read_bytes()


# README


def test_readme_names_commands_that_exist() -> None:
    commands = set(re.findall(r"`make ([\w-]+)`|^make ([\w-]+)", README, re.MULTILINE))
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = {first or second for first, second in commands}
    assert {"run", "test"} <= named <= targets


def test_readme_names_every_demo_person_and_the_password() -> None:
    assert set(re.findall(r"\b[\w-]+@example\.com\b", README)) == {p.email for p in people.PEOPLE}
    assert people.PASSWORD in README


def test_readme_names_cards_that_do_what_it_says() -> None:
    rows = re.findall(r"((?:\d{4} ){3}\d{4})`? (pays|declines)", README)

    named = {number.replace(" ", ""): word for number, word in rows}
    assert named == {"4242424242424242": "pays", "4000000000000002": "declines"}
    assert named.items() <= TEST_CARDS.items()


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_in_documents_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", document.read_text())

    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_tree_in_readme_is_there() -> None:
    tree = re.search(r"```text\n(.*?)```", README, re.DOTALL)
    assert tree

    paths = [line.split()[0] for line in tree[1].splitlines() if line.strip()]

    assert [path for path in paths if not (ROOT / path).exists()] == []
