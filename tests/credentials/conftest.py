"""Limits that start anew."""

from tests.accounts.conftest import clock, counted_anew

__all__ = ["clock", "counted_anew"]
