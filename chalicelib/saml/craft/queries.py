"""Signatures of the Redirect binding: over the query string, beside the message (SAML bindings 3.4.4.1)."""

import base64
import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.keys import HASHES, Certificate, PrivateKey, by_none

RSA_SHA256 = next(iter(HASHES))
_HEX = re.compile(r"%[0-9A-F]{2}")

_UNRESERVED = ("~", "", "!'()*~", "*", "!*()", "!'()*", "!'()*$", "/~")
"""Which characters are left alone besides letters, digits, `-`, `.` and `_`: by Python's quote_plus, Go, Ruby and PHP's
rawurlencode; PHP's urlencode; encodeURIComponent, Perl and libxml2; Java's URLEncoder; .NET's HttpUtility and
WebUtility; older .NET's Uri; Shibboleth's SP; Python's quote. A space is `+` or `%20`, and hexadecimal in either case.
"""


@dataclass(frozen=True, slots=True)
class Query:
    """The decoded parameters that a signature covers."""

    name: str
    message: str
    relay_state: str | None
    algorithm: str

    def octets(self) -> bytes:
        """Return them in the way in which we encode."""
        parts = [(self.name, self.message), ("RelayState", self.relay_state), ("SigAlg", self.algorithm)]
        return "&".join(f"{name}={quote_plus(value)}" for name, value in parts if value is not None).encode()


def extended(address: str, query: str) -> str:
    """Return an address with a query behind the one that it may have, before its fragment: that is never sent."""
    address, mark, fragment = address.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{query}{mark}{fragment}"


def verify_query(query: Query, signature: bytes, certificates: Iterable[Certificate]) -> None:
    """Raise `InvalidMessage` unless one of the keys signed these parameters.

    API Gateway hands over decoded parameters, so the octets are made again in the closed set of ways in which real
    senders encode, each parameter in each way: some make two of them with different encoders. All of them decode to
    what we read. What the key signed is opened once, so that only hashes are made many times.
    """
    if query.algorithm not in HASHES:
        raise InvalidMessage("algorithm not allowed", received=query.algorithm, expected=tuple(HASHES))
    method, digests, known = HASHES[query.algorithm], None, tuple(certificates)
    for certificate in known:
        try:
            stated = certificate.public_key.recover_data_from_signature(signature, PKCS1v15(), method)
        except InvalidSignature:
            continue
        digests = frozenset(_digests(query, method.name)) if digests is None else digests
        if stated in digests:
            return
    raise by_none(known, query.algorithm, signature)


def sign_query(name: str, message: str, relay_state: str | None, key: PrivateKey) -> str:
    """Return a signed query string, without the question mark. Needs `message` already deflated and in base64."""
    octets = Query(name, message, relay_state, RSA_SHA256).octets()
    signature = key.private_key.sign(octets, PKCS1v15(), hashes.SHA256())
    return f"{octets.decode()}&Signature={quote_plus(base64.b64encode(signature).decode())}"


def _digests(query: Query, method: str) -> Iterator[bytes]:
    """Yield the digest of every way to write the query. The message is long: it is hashed once in each of its own."""
    tails = [
        f"{relay_state}&SigAlg={algorithm}".encode()
        for relay_state, algorithm in itertools.product(_relay_states(query), _encoded(query.algorithm))
    ]
    for message in _base64_encoded(query.message):
        begun = hashlib.new(method, f"{query.name}={message}".encode())
        for tail in tails:
            whole = begun.copy()
            whole.update(tail)
            yield whole.digest()


def _relay_states(query: Query) -> list[str]:
    if query.relay_state is None:
        # Some write the parameter without a value, and sign that.
        return ["", "&RelayState="]
    return [f"&RelayState={encoded}" for encoded in _encoded(query.relay_state)]


def _encoded(text: str) -> list[str]:
    """Return every way in which a value is written, each once."""
    ways: dict[str, None] = {}
    for unreserved in _UNRESERVED:
        # `quote` never touches the tilde, which others do.
        upper = quote(text, safe=unreserved)
        upper = upper if "~" in unreserved else upper.replace("~", "%7E")
        for spaced in (upper, upper.replace("%20", "+")):
            ways[spaced] = None
            ways[_HEX.sub(lambda match: match[0].lower(), spaced)] = None
    return list(ways)


def _base64_encoded(text: str) -> list[str]:
    """Return every way in which base64 is written, made cheaply: it may be long, and few of its characters matter."""
    upper = text.replace("+", "%2B").replace("=", "%3D").replace("\r", "%0D").replace("\n", "%0A")
    lower = text.replace("+", "%2b").replace("=", "%3d").replace("\r", "%0d").replace("\n", "%0a")
    return [upper.replace("/", "%2F"), lower.replace("/", "%2f"), upper, lower]
