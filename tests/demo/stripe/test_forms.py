"""Stripe's form encoding."""

from typing import Any
from urllib.parse import parse_qsl

import pytest

from shop.demo.stripe import forms
from shop.demo.stripe.errors import Refusal


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("a=1", {"a": "1"}),
        ("a=", {"a": ""}),
        ("a[b]=1&a[c]=2", {"a": {"b": "1", "c": "2"}}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[0]=1&a[1]=2", {"a": ["1", "2"]}),
        ("a[1]=2&a[0]=1", {"a": ["1", "2"]}),
        ("a[0][b]=1&a[0][c]=2&a[1][b]=3", {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
        ("a[b][0][c]=1", {"a": {"b": [{"c": "1"}]}}),
        ("a[7]=1", {"a": {"7": "1"}}),
    ],
)
def test_brackets_become_hashes_and_arrays(sent: str, meant: dict[str, Any]) -> None:
    assert forms.parse(parse_qsl(sent, keep_blank_values=True)) == meant


@pytest.mark.parametrize("sent", ["a[b=1", "a]b=1", "[a]=1", "a=1&a[b]=2", "a[b]=1&a[b][c]=2"])
def test_brackets_that_make_no_sense_are_refused(sent: str) -> None:
    with pytest.raises(Refusal):
        forms.parse(parse_qsl(sent))
