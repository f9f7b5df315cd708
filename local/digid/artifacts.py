"""The simulator's back channel: answers wait here, and are fetched once over TLS with a client certificate."""

import hmac
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.wrappers import Request, Response

from local.digid.messages import WrongRequest, certificate_in, new_artifact, read_resolve, resolved
from local.serving import Site, mutual_tls, serve_in_thread
from operate.keys import KeyPair


class BackChannel(Site):
    """`service_provider` returns the metadata of who may ask; it is read when the first answer waits."""

    def __init__(self, entity_id: str, port: int, keys: KeyPair, service_provider: Callable[[], bytes]) -> None:
        super().__init__()
        self.address = f"https://localhost:{port}/artifact"
        self._entity_id, self._port, self._keys = entity_id, port, keys
        self._service_provider = service_provider
        self._waiting: dict[str, str] = {}
        self._serving = False
        self.route("/artifact", "POST")(self.resolve)

    def keep(self, answer: str) -> str:
        """Keep the value of a SAMLResponse, and return the artifact for it."""
        if not self._serving:
            tls = mutual_tls(self._keys, [certificate_in(self._service_provider())])
            serve_in_thread(self, self._port, tls)
            self._serving = True
        artifact = new_artifact(self._entity_id)
        self._waiting[artifact] = answer
        return artifact

    def resolve(self, request: Request) -> Response:
        ours = certificate_in(self._service_provider())
        shown = ssl.PEM_cert_to_DER_cert(request.environ.get("SSL_CLIENT_CERT") or _NOBODY)
        if not hmac.compare_digest(shown, ssl.PEM_cert_to_DER_cert(ours)):
            raise Forbidden("show the certificate of your metadata")
        try:
            resolve_id, artifact = read_resolve(request.get_data(), ours)
        except (WrongRequest, ValueError) as error:
            raise BadRequest(f"ArtifactResolve: {error}") from None
        answer = self._waiting.pop(artifact, None)
        body = resolved(answer, resolve_id, self._entity_id, self._keys, datetime.now(UTC))
        return Response(body, content_type="text/xml; charset=utf-8")


_NOBODY = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
