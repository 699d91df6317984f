"""The import contract knows every package, so that none stands outside it."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_OURS_TO_LAYER = {"tests", "docs", "static", "templates", "var"}


def packages() -> set[str]:
    """Packages and lone modules of the shop, as the contract names them."""
    top = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_OURS_TO_LAYER - {"shop"}
    inside = {f"shop.{path.parent.name}" for path in ROOT.glob("shop/*/__init__.py")}
    modules = {f"shop.{path.stem}" for path in ROOT.glob("shop/*.py") if path.stem != "__init__"}
    return top | inside | modules


def test_every_package_has_its_place_in_the_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    contract = next(each for each in settings["contracts"] if each["id"] == "packages")

    layered = {name.strip() for layer in contract["layers"] for name in layer.split("|")}

    assert layered == packages()
