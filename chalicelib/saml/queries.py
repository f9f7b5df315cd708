"""Signatures of the Redirect binding: over the query string, beside the message (SAML bindings 3.4.4.1)."""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from chalicelib.errors import InvalidMessage
from chalicelib.saml.keys import Certificate, PrivateKey

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    RSA_SHA256: hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": hashes.SHA384(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": hashes.SHA512(),
}
_HEX = re.compile(r"%[0-9A-F]{2}")

Encoder = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Query:
    """The decoded parameters that a signature covers."""

    name: str
    message: str
    relay_state: str | None
    algorithm: str

    def octets(self, encode: Encoder) -> bytes:
        parts = [(self.name, self.message), ("RelayState", self.relay_state), ("SigAlg", self.algorithm)]
        return "&".join(f"{name}={encode(value)}" for name, value in parts if value is not None).encode()


def verify_query(query: Query, signature: bytes, certificates: Iterable[Certificate]) -> None:
    """Raise `InvalidMessage` unless one of the keys signed these parameters.

    API Gateway hands over decoded parameters, so the octets are made again in the closed set of ways in which real
    senders encode. All of them decode to what we read.
    """
    if query.algorithm not in _HASHES:
        raise InvalidMessage("algorithm not allowed")
    for certificate in certificates:
        for encode in _encoders():
            try:
                certificate.public_key.verify(signature, query.octets(encode), PKCS1v15(), _HASHES[query.algorithm])
            except InvalidSignature:
                continue
            return
    raise InvalidMessage("signature does not verify")


def sign_query(name: str, message: str, relay_state: str | None, key: PrivateKey) -> str:
    """Return a signed query string, without the question mark. Needs `message` already deflated and in base64."""
    octets = Query(name, message, relay_state, RSA_SHA256).octets(quote_plus)
    signature = key.private_key.sign(octets, PKCS1v15(), hashes.SHA256())
    return f"{octets.decode()}&Signature={quote_plus(base64.b64encode(signature).decode())}"


def _encoders() -> Iterator[Encoder]:
    # Which characters are left alone: by Python and .NET, by encodeURIComponent, by Java's URLEncoder.
    for unreserved in ("", "!'()*~", "*"):
        for space in ("+", "%20"):

            def upper(text: str, safe: str = unreserved, space: str = space) -> str:
                return quote(text, safe=safe).replace("%20", space)

            def lower(text: str, encode: Encoder = upper) -> str:
                return _HEX.sub(lambda match: match[0].lower(), encode(text))

            yield upper
            yield lower
