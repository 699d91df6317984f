"""Stripe's form encoding: `a[b][0][c]=1` becomes nested dictionaries and lists."""

import re
from collections.abc import Iterable
from typing import Any

from shop.demo.stripe import errors

NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
BRACKETED = re.compile(r"\[([^\[\]]*)\]")


def parse(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in pairs:
        _place(tree, name, value)
    return {name: _with_lists(value) for name, value in tree.items()}


def _place(tree: dict[str, Any], name: str, value: str) -> None:
    *parents, last = _split(name)
    branch = tree
    for part in parents:
        branch = branch.setdefault(part or str(len(branch)), {})
        if not isinstance(branch, dict):
            raise errors.invalid_parameter(name, "it is both a value and a hash.")
    branch[last or str(len(branch))] = value


def _split(name: str) -> list[str]:
    match = NAME.fullmatch(name)
    if match is None:
        raise errors.invalid_parameter(name, "its brackets do not match.")
    return [match[1], *BRACKETED.findall(match[2])]


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    tidy = {name: _with_lists(child) for name, child in value.items()}
    if set(tidy) == {str(index) for index in range(len(tidy))}:
        return [tidy[str(index)] for index in range(len(tidy))]
    return tidy
