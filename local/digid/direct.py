"""DigiD in this process, asked without a network: for the test kit, tests and benchmarks."""

import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

from chalicelib.errors import Unavailable
from chalicelib.saml.craft.keys import PrivateKey
from local.digid.engine import Engine
from local.digid.metadata import metadata
from local.digid.requests import Asked, NobodyKnown


class DirectDigid:
    """An engine with the address of its back channel; serves as the application's `BackChannel`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.resolution = f"{engine.single_sign_on}/artifact" if engine.by_artifact else ""

    @property
    def metadata(self) -> bytes:
        return metadata(self.engine.entity_id, self.engine.single_sign_on, self.engine.keys, self.resolution)

    def take(self, location: str, form: dict[str, str]) -> Asked:
        """Read a request that a browser brings: in a form, or else in the query string of `location`."""
        address = urlsplit(location)
        if f"{address.scheme}://{address.netloc}{address.path}" != self.engine.single_sign_on:
            raise NobodyKnown("another address")
        return self.engine.take_form(form) if form else self.engine.take_query(address.query)

    def ask(self, address: str, envelope: bytes, key: PrivateKey, trusted: Sequence[str]) -> bytes:
        registered = [ssl.PEM_cert_to_DER_cert(one) for one in self.engine.known.client_certificates]
        if address != self.resolution or not trusted or key.certificate.der not in registered:
            raise Unavailable("digid")
        try:
            return self.engine.resolve(envelope)
        except NobodyKnown as error:
            raise Unavailable("digid") from error
