"""Reads the environment; every setting a pharmacy may change comes through here."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
# A variable that is already set wins over the file.
environ.Env.read_env(BASE_DIR / ".env")
