"""What lies in front of the emulator's API Gateway: a bare stage under its prefix, and a domain without one."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import urllib3
from werkzeug.wrappers import Request, Response

from tests.deploy.emulator import until_started

HOST = "machtigen.test"
_HOP_BY_HOP = {"connection", "host", "content-length", "transfer-encoding", "keep-alive"}


class FrontDoor:
    """A WSGI application that hands every request to API Gateway, untouched: as a name in the DNS does.

    `/api/…` goes to the stage's own address, everything else to the domain.
    """

    def __init__(self, emulator: str, certificate: str, api_id: Callable[[], str]) -> None:
        self._emulator, self._api_id = emulator, api_id
        self._pool = urllib3.PoolManager(timeout=60, retries=False, maxsize=8, ca_certs=certificate)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        # The emulator keeps /health for itself, on every domain.
        bare = request.path.startswith("/api/") or request.path == "/health"
        path = request.path
        if bare:
            path = f"/_aws/execute-api/{self._api_id()}/api{path.removeprefix('/api')}"
        query = request.query_string.decode()
        sent = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        address = f"{self._emulator}{path}?{query}" if query else f"{self._emulator}{path}"
        body, headers = request.get_data() or None, sent if bare else {**sent, "host": HOST}
        answer = until_started(
            lambda: self._pool.request(request.method, address, body=body, headers=headers, redirect=False),
            lambda told: told.data.decode(errors="replace") if told.status == HTTPStatus.BAD_GATEWAY else "",
        )
        response = Response(answer.data, answer.status)
        response.headers.clear()
        for name, value in answer.headers.iteritems():
            if name.lower() not in _HOP_BY_HOP:
                response.headers.add(name, value)
        return response(environ, start_response)
