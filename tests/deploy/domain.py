"""A domain in front of API Gateway: the same paths as on the laptop, without the stage's prefix."""

from collections.abc import Iterable
from typing import Any

import urllib3
from werkzeug.wrappers import Request, Response

_HOP_BY_HOP = {"connection", "host", "content-length", "transfer-encoding", "keep-alive"}


class Domain:
    """A WSGI application that hands every request to a stage of an API, untouched."""

    def __init__(self, stage_address: str) -> None:
        self._stage = stage_address.rstrip("/")
        self._pool = urllib3.PoolManager(timeout=60, retries=False, maxsize=8)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
        request = Request(environ)
        path = f"{self._stage}{request.path}"
        query = request.query_string.decode()
        answer = self._pool.request(
            request.method,
            f"{path}?{query}" if query else path,
            body=request.get_data() or None,
            headers={name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP},
            redirect=False,
        )
        response = Response(answer.data, answer.status)
        response.headers.clear()
        for name, value in answer.headers.iteritems():
            if name.lower() not in _HOP_BY_HOP:
                response.headers.add(name, value)
        return response(environ, start_response)
