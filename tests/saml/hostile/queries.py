"""Requests in a query string whose signature is missing, covers something else, or is of a forbidden kind."""

import base64
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree

from chalicelib.saml.craft.decoding import deflate
from provisioning.keys import KeyPair
from tests.http.client import DIGID_KEYS
from tests.saml.hostile.forging import DS, HASHES, MORE, sign
from tests.saml.hostile.samples import STRANGER
from tests.saml.provider import KEYS, RSA_SHA256, FakeProvider, private_key

Parts = list[tuple[str, str]]
RELAY_STATE = "where / I was"


@dataclass(frozen=True)
class QueryVariant:
    name: str
    make: Callable[[], str]
    fools: bool = True


def parts(relay_state: str = RELAY_STATE, algorithm: str = RSA_SHA256) -> Parts:
    message = base64.b64encode(deflate(etree.tostring(FakeProvider().request()))).decode()
    return [("SAMLRequest", message), ("RelayState", relay_state), ("SigAlg", algorithm)]


def signed(
    covered: Parts, sent: Parts | None = None, keys: KeyPair = KEYS, encode: Callable[[str], str] = quote_plus
) -> str:
    """Sign some parameters, and send those or others."""
    algorithm = dict(covered).get("SigAlg", RSA_SHA256)
    octets = urlencode(covered, quote_via=lambda text, *_: encode(text))
    value = private_key(keys).sign(octets.encode(), PKCS1v15(), HASHES[algorithm])
    return urlencode([*(covered if sent is None else sent), ("Signature", base64.b64encode(value).decode())])


def believed(query: str) -> bool:
    """Tell whether a careless verifier lets a query in: unsigned, or with a signature over any of it, in any order."""
    sent = parse_qsl(query, keep_blank_values=True)
    signatures = [value for name, value in sent if name == "Signature" and value]
    if not signatures:
        return True
    rest = [part for part in sent if part[0] != "Signature"]
    orders = itertools.chain.from_iterable(itertools.permutations(rest, size) for size in range(1, len(rest) + 1))
    octets = {urlencode(order, quote_via=via).encode() for order in orders for via in (quote_plus, quote)}
    return any(
        _fits(base64.b64decode(signature), one, keys, method)
        for signature in signatures
        for one in octets
        for keys in (KEYS, DIGID_KEYS, STRANGER)
        for method in HASHES
    )


def _fits(signature: bytes, octets: bytes, keys: KeyPair, method: str) -> bool:
    try:
        private_key(keys).public_key().verify(signature, octets, PKCS1v15(), HASHES[method])
    except InvalidSignature:
        return False
    return True


def _without(name: str) -> Callable[[], str]:
    return lambda: signed([part for part in parts() if part[0] != name])


def _unsigned() -> str:
    return urlencode(parts())


def _uncovered(name: str) -> Callable[[], str]:
    """Send a parameter that the signature does not cover."""

    def make() -> str:
        sent = parts()
        return signed([part for part in sent if part[0] != name], sent)

    return make


def _twice(name: str) -> Callable[[], str]:
    def make() -> str:
        sent = parts()
        return signed(sent, [*sent, *(part for part in sent if part[0] == name)])

    return make


def _ordered(*order: int) -> Callable[[], str]:
    def make() -> str:
        sent = parts()
        return signed([sent[place] for place in order])

    return make


def _twice_signed() -> str:
    query = signed(parts())
    return f"{query}&{query[query.index('Signature=') :]}"


def _signed_inside() -> str:
    root = FakeProvider().request()
    sign(root, KEYS)
    message = base64.b64encode(deflate(etree.tostring(root))).decode()
    return urlencode([("SAMLRequest", message)])


def _message(make: Callable[[bytes], bytes]) -> Callable[[], str]:
    """Sign a parameter that does not hold what it should."""

    def build() -> str:
        raw = make(etree.tostring(FakeProvider().request()))
        return signed([("SAMLRequest", base64.b64encode(raw).decode()), *parts()[1:]])

    return build


def _with(*more: tuple[str, str]) -> Callable[[], str]:
    return lambda: signed([*parts(), *more])


VARIANTS = [
    QueryVariant("unsigned", _unsigned),
    QueryVariant("signed inside the message", _signed_inside),
    QueryVariant("a stranger's key", lambda: signed(parts(), keys=STRANGER)),
    QueryVariant("a partner's key of another role", lambda: signed(parts(), keys=DIGID_KEYS)),
    QueryVariant("RSA-SHA1", lambda: signed(parts(algorithm=f"{DS}rsa-sha1"))),
    QueryVariant("RSA-MD5", lambda: signed(parts(algorithm=f"{MORE}rsa-md5"))),
    QueryVariant("without SigAlg", _without("SigAlg")),
    *(QueryVariant(f"{name} not covered", _uncovered(name)) for name in ("RelayState", "SigAlg")),
    QueryVariant("RelayState swapped", lambda: signed(parts(), parts(relay_state="elsewhere")), fools=False),
    QueryVariant("RelayState taken away", lambda: signed(parts(), parts()[::2]), fools=False),
    QueryVariant("SAMLRequest swapped", lambda: signed(parts(), parts()), fools=False),
    *(QueryVariant(f"{name} twice", _twice(name)) for name in ("SAMLRequest", "RelayState", "SigAlg")),
    QueryVariant("Signature twice", _twice_signed),
    *(
        QueryVariant(f"signed in the order {order}", _ordered(*order))
        for order in itertools.permutations(range(3))
        if order != (0, 1, 2)
    ),
    QueryVariant("SAMLResponse besides", _with(("SAMLResponse", "eA=="))),
    QueryVariant("an empty SAMLResponse besides", _with(("SAMLResponse", ""))),
    QueryVariant("RelayState of 81 bytes", lambda: signed(parts(relay_state="x" * 81))),
    QueryVariant("RelayState of 41 letters of two bytes", lambda: signed(parts(relay_state="é" * 41))),
    QueryVariant("not deflated", _message(lambda raw: raw)),
    QueryVariant("deflated with a header", _message(lambda raw: b"\x78\x9c" + deflate(raw))),
    QueryVariant("something behind the deflated", _message(lambda raw: deflate(raw) + b"x")),
    QueryVariant("cut off", _message(lambda raw: deflate(raw)[:-5])),
    QueryVariant("a bomb", _message(lambda raw: deflate(raw + b" " * 100_000_000))),
    QueryVariant("no signature in the value", lambda: urlencode([*parts(), ("Signature", "%%%")]), fools=False),
    QueryVariant("an empty signature", lambda: urlencode([*parts(), ("Signature", "")])),
    QueryVariant("double quoted", lambda: signed(parts(), encode=lambda text: quote(quote(text))), fools=False),
]
