"""DigiD's back channel: answers are fetched over TLS, on which both sides show a certificate."""

import hmac
import ssl

from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Request, Response

from local.digid.engine import Engine
from local.digid.requests import NobodyKnown
from local.serving import Site, mutual_tls, serve_in_thread
from provisioning.keys import KeyPair, new_key_pair

_NOBODY = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"


class BackChannel(Site):
    """Serves an engine's artifacts. Its TLS key is not the one that signs, and a private root vouches for it (A2)."""

    def __init__(self, engine: Engine, port: int) -> None:
        super().__init__()
        self.address = f"https://localhost:{port}/artifact"
        self.root = new_key_pair("private root of DigiD's stand-in", authority=True)
        self._engine, self._port = engine, port
        self._tls: ssl.SSLContext | None = None
        self.route("/artifact", "POST")(self.resolve)

    def serve(self, keys: KeyPair | None = None) -> None:
        """Begin, at the first sign-in: before that nobody is known who may ask."""
        if self._tls is None:
            keys = keys or new_key_pair("back channel of DigiD's stand-in", host="localhost", issuer=self.root)
            self._tls = mutual_tls(keys, self._engine.known.client_certificates)
            serve_in_thread(self, self._port, self._tls)

    def register(self) -> None:
        """Let those in who show a certificate of a new copy; `resolve` turns away whom the copy names no more."""
        if self._tls is not None:
            self._tls.load_verify_locations(cadata="".join(self._engine.known.client_certificates))

    def resolve(self, request: Request) -> Response:
        shown = ssl.PEM_cert_to_DER_cert(request.environ.get("SSL_CLIENT_CERT") or _NOBODY)
        registered = [ssl.PEM_cert_to_DER_cert(one) for one in self._engine.known.client_certificates]
        if not any(hmac.compare_digest(shown, one) for one in registered):
            raise Forbidden("show a certificate that was registered")
        try:
            body = self._engine.resolve(request.get_data())
        except NobodyKnown as error:
            raise NotFound(f"ArtifactResolve: {error}") from None
        return Response(body, content_type="text/xml; charset=utf-8")
