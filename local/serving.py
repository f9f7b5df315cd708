"""Serving on loopback with werkzeug: one process or thread per server, several requests at a time."""

import json
import logging
import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Request, Response

from chalicelib.tls import show
from provisioning.keys import KeyPair

HOST = "127.0.0.1"

View = Callable[..., Response]


class Site:
    """A few addresses and the functions that answer them: `@site.route("/path")`."""

    def __init__(self) -> None:
        self._rules = Map()
        self._views: dict[str, View] = {}

    def route(self, path: str, *methods: str) -> Callable[[View], View]:
        def register(view: View) -> View:
            self._rules.add(Rule(path, endpoint=view.__name__, methods=methods or ("GET",)))
            self._views[view.__name__] = view
            return view

        return register

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
        request = Request(environ)
        try:
            endpoint, values = self._rules.bind_to_environ(environ).match()
            response: Response | HTTPException = self._views[endpoint](request, **values)
        except HTTPException as error:
            response = error
        return response(environ, start_response)


def as_json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status, content_type="application/json")


def server(application: Any, port: int, tls: ssl.SSLContext | None = None) -> BaseWSGIServer:  # noqa: ANN401 - WSGI
    """Make a threaded server on loopback; port 0 takes a free one."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return make_server(HOST, port, application, threaded=True, ssl_context=tls)


def mutual_tls(keys: KeyPair, trusted: Iterable[str]) -> ssl.SSLContext:
    """Return the side of a server that asks callers for one of the `trusted` certificates (PEM), and takes none too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    show(context, keys.certificate, keys.key)
    if known := "".join(trusted):
        context.load_verify_locations(cadata=known)
        # What is trusted is the certificate itself, whoever signed it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


def serve_in_thread(application: Any, port: int, tls: ssl.SSLContext | None = None) -> BaseWSGIServer:  # noqa: ANN401 - WSGI
    running = server(application, port, tls)
    # So often it looks whether it is to stop: who stops it waits for that.
    threading.Thread(target=running.serve_forever, args=(0.1,), daemon=True).start()
    return running
