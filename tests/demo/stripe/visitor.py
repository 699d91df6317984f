"""A visitor of the hosted page, without a browser."""

import re
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import requests

PAYS = "4242 4242 4242 4242"
DECLINES = "4000 0000 0000 0002"
CHALLENGES = "4000 0000 0000 3220"
GOOD_FORM = {"number": PAYS, "expiry": "12/34", "cvc": "123", "name": "Jo Example"}


class Visitor:
    """Follows redirects inside the emulator only; `address` is where the browser ended."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._session = requests.Session()
        self.address = ""
        self.page = ""
        self.headers: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._session.close()

    @property
    def heading(self) -> str:
        found = re.search("<h1>(.*?)</h1>", self.page)
        assert found, self.page
        return found[1]

    def open(self, address: str) -> int:
        return self._go("GET", address)

    def pay(self, address: str, number: str = PAYS, **fields: str) -> int:
        return self._go("POST", address, {**GOOD_FORM, "number": number, **fields})

    def answer_challenge(self, outcome: str) -> int:
        return self._go("POST", self.address, {"outcome": outcome})

    def _go(self, method: str, address: str, form: dict[str, str] | None = None) -> int:
        self.address = address
        answer = self._session.request(method, address, data=form, allow_redirects=False)
        if answer.status_code != 303:
            self.page, self.headers = answer.text, dict(answer.headers)
            return answer.status_code
        target = urljoin(address, answer.headers["Location"])
        if target.startswith(self._base_url):
            return self._go("GET", target)
        self.address, self.page = target, ""
        return 303
