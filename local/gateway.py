"""The application as API Gateway serves it: every request becomes a proxy event for the Chalice object."""

import base64
import threading
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from chalice.app import Chalice
from chalice.app import Request as ChaliceRequest
from chalice.local import RouteMatcher
from werkzeug.wrappers import Request, Response

from local.invocation import call_of
from provisioning.gateway import HEADERS, PAGES, html

_LARGEST_BODY = 6 * 1024 * 1024
"""Bytes: what Lambda accepts."""


class ThreadedChalice(Chalice):
    """Several requests at a time in one process; in Lambda there is one."""

    _local = threading.local()

    @property
    def current_request(self) -> ChaliceRequest | None:
        return getattr(self._local, "request", None)

    @current_request.setter
    def current_request(self, request: ChaliceRequest | None) -> None:
        self._local.request = request


class Gateway:
    """A WSGI application around a Chalice application, with the event shape of a REST API."""

    def __init__(self, application: Chalice, base_url: str) -> None:
        application.__class__ = ThreadedChalice
        self._application = application
        self._matcher = RouteMatcher(list(application.routes))
        self._host = urlsplit(base_url).netloc
        self._base_url = base_url

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.method == "GET" and request.host != self._host and "text/html" in request.headers.get("Accept", ""):
            # Cookies and SAML are bound to one host name, as behind a real domain.
            return Response(status=307, headers={"Location": self._base_url + request.full_path.rstrip("?")})
        if (request.content_length or 0) > _LARGEST_BODY:
            return self._page("REQUEST_TOO_LARGE")
        try:
            route = self._matcher.match_route(request.path)
        except ValueError:
            route = None
        if route is None:
            return self._page("MISSING_AUTHENTICATION_TOKEN")
        answer = self._application(self._event(request, route.route, route.captured), call_of("api_handler"))
        return _response(answer)

    def _page(self, kind: str) -> Response:
        """Return what API Gateway shows when it does not ask the application."""
        headers = {name: value.strip("'") for name, value in HEADERS.items() if value.startswith("'")}
        headers["X-Correlation-Id"] = str(uuid.uuid4())
        return Response(html(PAGES[kind], self._base_url), PAGES[kind].status, headers)

    def _event(self, request: Request, resource: str, captured: dict[str, str]) -> dict[str, Any]:
        headers = {name.lower(): value for name, value in request.headers.items()}
        return {
            "resource": resource,
            "path": request.path,
            "httpMethod": request.method,
            "headers": headers,
            "multiValueHeaders": {name.lower(): request.headers.getlist(name) for name in headers},
            "queryStringParameters": request.args.to_dict() or None,
            "multiValueQueryStringParameters": dict(request.args.lists()) or None,
            "pathParameters": captured or None,
            "stageVariables": None,
            "requestContext": {
                "resourcePath": resource,
                "httpMethod": request.method,
                "path": request.path,
                "requestId": str(uuid.uuid4()),
                "identity": {"sourceIp": request.remote_addr, **_client_certificate(request)},
            },
            # Every body is binary to our gateway (.chalice/resources/gateway.yaml): icons reach browsers as they are.
            "body": base64.b64encode(request.get_data()).decode() or None,
            "isBase64Encoded": bool(request.get_data()),
        }


def _client_certificate(request: Request) -> dict[str, Any]:
    """Return what API Gateway tells of the certificate that a caller showed, on a domain with mutual TLS."""
    shown = request.environ.get("SSL_CLIENT_CERT")
    return {"clientCert": {"clientCertPem": shown}} if shown else {}


def _response(answer: dict[str, Any]) -> Response:
    body = base64.b64decode(answer["body"]) if answer.get("isBase64Encoded") else answer["body"]
    response = Response(body, answer["statusCode"])
    response.headers.clear()
    for name, value in (answer.get("headers") or {}).items():
        response.headers.add(name, value)
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        for value in values:
            response.headers.add(name, value)
    # What says nothing of its type is JSON to API Gateway.
    response.headers.setdefault("Content-Type", "application/json")
    return response
