"""The desk where a client of the register gets its token, as the real one wants it (brp.md section 1).

A certificate on the connection and a client's secret give a token that lasts for minutes; the register takes the token
only on a connection with that same certificate.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

from local.serving import as_json


@dataclass(slots=True)
class TokenDesk:
    """Gives tokens to one client, and knows who has one. It is a WSGI application by itself."""

    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    resource_server: str
    certificate: str = ""
    """The client's (PEM); without it any connection will do."""
    lasts: int = 600
    clock: Callable[[], float] = time.monotonic
    given: int = 0
    _tokens: dict[str, float] = field(default_factory=dict)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self._answer(Request(environ))(environ, start_response)

    def knows(self, request: Request) -> bool:
        """Tell whether a request shows a token that lasts, on a connection of the client."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return kind == "Bearer" and self._tokens.get(token, 0) > self.clock() and self._is_client(request)

    def forget(self) -> None:
        """End all tokens before their time, as a restart of the real desk does."""
        self._tokens.clear()

    def _answer(self, request: Request) -> Response:
        form = request.form
        expected = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": self.scope,
            "resourceServer": self.resource_server,
        }
        if request.method != "POST" or not request.content_type.startswith("application/x-www-form-urlencoded"):
            return as_json({"error": "invalid_request"}, 400)
        if not self._is_client(request) or dict(form) != expected:
            return as_json({"error": "invalid_client"}, 401)
        self.given += 1
        token = secrets.token_urlsafe(32)
        self._tokens[token] = self.clock() + self.lasts
        return as_json({"access_token": token, "token_type": "Bearer", "expires_in": self.lasts})

    def _is_client(self, request: Request) -> bool:
        shown = request.environ.get("SSL_CLIENT_CERT") or ""
        return not self.certificate or "".join(shown.split()) == "".join(self.certificate.split())
