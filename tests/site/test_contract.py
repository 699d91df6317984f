"""The import contract knows every package, so that none stands outside it; one asks the clock for a day."""

import re

from tests.site import rooms
from tests.site.rooms import ROOT, contract

OWN_CLOCK = re.compile(r"localdate\(|\bdate\.today\(|now\(\)\.date\(")
NOT_OURS_TO_LAYER = {"tests", "docs", "static", "templates", "var"}


def packages() -> set[str]:
    """Packages and lone modules of the shop, as the contract names them."""
    top = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_OURS_TO_LAYER - {"shop"}
    inside = {f"shop.{path.parent.name}" for path in ROOT.glob("shop/*/__init__.py")}
    modules = {f"shop.{path.stem}" for path in ROOT.glob("shop/*.py") if path.stem != "__init__"}
    return top | inside | modules


def test_every_package_has_its_place_in_the_contract() -> None:
    layers = contract("packages")["layers"]

    assert {name.strip() for layer in layers for name in layer.split("|")} == packages()


def test_the_emulator_may_know_no_package_but_its_own() -> None:
    assert set(contract("emulator")["forbidden_modules"]) == packages() - {"shop.demo"}


def test_no_arrow_of_the_picture_points_up() -> None:
    assert rooms.arrows_up() == []


def test_the_picture_of_the_rooms_is_the_one_of_today() -> None:
    drawn = (ROOT / "docs/rooms.svg").read_text()

    assert drawn == rooms.drawing(), "run: make rooms"


def test_nobody_but_shop_days_asks_the_clock_for_a_day() -> None:
    asking = [
        str(path.relative_to(ROOT))
        for folder in ("shop", "catalogue")
        for path in (ROOT / folder).rglob("*.py")
        if OWN_CLOCK.search(path.read_text()) and "migrations" not in path.parts
    ]

    assert asking == ["shop/days.py"], "use shop.days, and name whose day is meant"
