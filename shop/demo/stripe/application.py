"""Sends each HTTP request to the API, the hosted page or the control calls."""

from collections.abc import Iterable
from typing import Protocol
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.sansio.utils import get_host
from werkzeug.wrappers import Request, Response

# A name that resolves to the loopback address must not reach the control calls.
TRUSTED_HOSTS = ["127.0.0.1", "localhost"]


class Part(Protocol):
    def answer(self, request: Request) -> Response: ...


class Application:
    """`parts` are chosen by how the path begins."""

    def __init__(self, parts: dict[str, Part]) -> None:
        self._parts = parts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self._part(request).answer(request)
        except HTTPException as error:
            response = Response.force_type(error.get_response(environ), environ)
        return response(environ, start_response)

    def _part(self, request: Request) -> Part:
        _check_host(request)
        for beginning, part in self._parts.items():
            if request.path.startswith(beginning):
                return part
        raise NotFound


def _check_host(request: Request) -> None:
    get_host(request.scheme, request.headers.get("Host"), trusted_hosts=TRUSTED_HOSTS)
