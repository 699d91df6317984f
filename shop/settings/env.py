"""Reads the environment; every setting a pharmacy may change comes through here."""

import os
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()
# A variable that is already set wins over the file.
environ.Env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))

# What the shop makes while it runs: database file, documents, mail, collected static files.
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
