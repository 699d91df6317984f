"""An API reply, and what is kept of it for a repeated request."""

from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    status: int
    document: Document
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """`sent` is None when the connection drops; `kept` is None when the key is forgotten."""

    sent: Reply | None
    kept: Reply | None
