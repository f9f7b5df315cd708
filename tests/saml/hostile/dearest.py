"""The dearest message to refuse: a search that grows messages of each family towards what costs most. `make bench`
prints what it finds (bench/refusals.py).

A family puts more and more of one thing somewhere in a message whose signature is a stranger's: namespaces, attributes,
elements, text, prefixes, certificates. What passes one bound is refused later and costs more, so the search raises the
amount up to the size that is allowed, and then looks closer around the dearest. The time is that of the whole gate.
"""

import base64
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.decoding import deflate
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.shapes import AUTHN_REQUEST, LOGOUT_REQUEST, Shape
from tests.saml.hostile import samples
from tests.saml.hostile.forging import EXCLUSIVE, Form, sign
from tests.saml.hostile.queries import signed
from tests.saml.hostile.samples import STRANGER, Sample
from tests.saml.hostile.test_gate import _accept
from tests.saml.provider import KEYS, RSA_SHA256

LARGEST = 100_000
_PROVIDER = [Certificate.from_pem(KEYS.certificate)]


@dataclass(frozen=True, slots=True)
class Entrance:
    """An endpoint as an attacker sees it: a sample that is let in, and what a message goes through there."""

    name: str
    sample: Callable[[], Sample]
    signed_beside: bool = False

    def genuine(self) -> Callable[[], object]:
        """Return what takes a genuine message in."""
        sample = self.sample()
        if not self.signed_beside:
            message = etree.tostring(sample.signed())
            return lambda: _accept(sample, message)
        query = parse_qs(signed(_parts(etree.tostring(sample.fresh()))))
        return lambda: gate.from_query(query, "SAMLRequest", _shape(sample)).accept(_PROVIDER)

    def refused(self, message: bytes) -> Callable[[], object]:
        """Return what refuses a message. What its sender does is done before, and not timed."""
        sample = self.sample()
        if not self.signed_beside:
            return lambda: _accept(sample, message)
        worthless = ("Signature", base64.b64encode(b"\x01" * 256).decode())
        query = parse_qs(urlencode([*_parts(message), worthless]))
        return lambda: gate.from_query(query, "SAMLRequest", _shape(sample)).accept(_PROVIDER)


def _shape(sample: Sample) -> Shape:
    return LOGOUT_REQUEST if sample.role == "logout" else AUTHN_REQUEST


def _parts(message: bytes) -> list[tuple[str, str]]:
    return [("SAMLRequest", base64.b64encode(deflate(message)).decode()), ("SigAlg", RSA_SHA256)]


ENTRANCES = [
    Entrance("/saml/sso by POST", samples.sign_on),
    Entrance("/saml/sso by Redirect", samples.sign_on, signed_beside=True),
    Entrance("/saml/artifact", samples.artifact_resolution),
    Entrance("/saml/slo by POST", samples.logout),
    Entrance("/saml/slo by Redirect", samples.logout, signed_beside=True),
    Entrance("/saml/digid/acs by POST", samples.response),
    Entrance("/saml/digid/acs by Artifact", samples.artifact_response),
    Entrance("metadata", samples.metadata),
]


def _namespaces(count: int) -> str:
    return "".join(f' xmlns:n{number}="u:{number}"' for number in range(count))


def _prefixes(count: int) -> str:
    return " ".join(f"n{number}" for number in range(count))


FILLINGS: dict[str, Callable[[int], str]] = {
    "elements": lambda count: "<x/>" * count,
    "elements that are nested": lambda count: "<x>" * count + "</x>" * count,
    "elements in nests of thirty": lambda count: ("<x>" * 24 + "</x>" * 24) * count,
    "elements with a namespace each": lambda count: '<y xmlns="u:y"/>' * count,
    "elements with thirty namespaces each": lambda count: f"<y{_namespaces(30)}/>" * count,
    "elements under thirty namespaces": lambda count: f"<y{_namespaces(30)}>{'<x/>' * count}</y>",
    "elements of one long namespace": lambda count: f'<y xmlns="u:{"y" * 250}">{"<x/>" * count}</y>',
    "elements of one very long namespace": lambda count: f'<y xmlns="u:{"y" * count * 20}">{"<x/>" * (count * 5)}</y>',
    "elements with attributes": lambda count: '<y a="" b="" c="" d="" e="" f=""/>' * count,
    "elements with an ID each": lambda count: "".join(f'<y Id="i{number}"/>' for number in range(count)),
    "one element with namespaces": lambda count: f"<y{_namespaces(count)}/>",
    "one element with attributes": lambda count: "<y" + "".join(f' a{one}=""' for one in range(count)) + "/>",
    "text": lambda count: "x" * count * 50,
    "white space": lambda count: " \n" * count * 25,
    "character references": lambda count: "&#65;" * count * 10,
    "letters of three bytes": lambda count: "\u20ac" * count * 15,
    "certificates": lambda count: f"<d:X509Certificate>{KEYS.certificate_body}</d:X509Certificate>" * (count // 20 + 1),
    "names": lambda count: f"<{'n' * count * 25}/>",
    "texts": lambda count: "<x>y</x>" * count,
    "sessions": lambda count: "<p:SessionIndex>x</p:SessionIndex>" * count,
    "signatures": lambda count: "<d:Signature><d:SignedInfo/></d:Signature>" * count,
    "keys": lambda count: "<e:EncryptedKey><e:CipherData/></e:EncryptedKey>" * count,
}
"""What there is more and more of."""


Put = Callable[[etree._Element, Sample, str], bytes]


def _in_key_info(root: etree._Element, sample: Sample, filling: str) -> bytes:
    return _put(root, sample, filling, "</ds:KeyInfo>")


def _at_the_end(root: etree._Element, sample: Sample, filling: str) -> bytes:
    return _put(root, sample, filling, f"</{_tag(sample.part(root))}>")


def _in_extensions(root: etree._Element, sample: Sample, filling: str) -> bytes:
    own = "md:Extensions" if sample.role == "metadata import" else "p:Extensions"
    end = f"</{_tag(sample.part(root))}>"
    return _put(root, sample, f"<{own}><f:x xmlns:f='urn:f'>{filling}</f:x></{own}>", end)


def _tag(element: etree._Element) -> str:
    return f"{element.prefix}:{etree.QName(element).localname}"


def _put(root: etree._Element, _: Sample, filling: str, before: str) -> bytes:
    plain = etree.tostring(root).decode()
    place = plain.rindex(before)
    spaces = ' xmlns:d="http://www.w3.org/2000/09/xmldsig#" xmlns:e="http://www.w3.org/2001/04/xmlenc#"'
    around = f'<z xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"{spaces}>{filling}</z>'
    return (plain[:place] + around + plain[place:]).encode()


PLACES: dict[str, Put] = {"in KeyInfo": _in_key_info, "at the end": _at_the_end, "in Extensions": _in_extensions}


def _listing(count: int) -> Form:
    """Sign with a PrefixList of so many prefixes, all of which are declared."""
    listed = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{_prefixes(count)}"/>'
    enveloped, exclusive = Form().transforms
    return Form(transforms=(enveloped, f"{exclusive}|{listed}"), key_info="<ds:KeyInfo> </ds:KeyInfo>")


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    make: Callable[[Sample, int], bytes] = field(repr=False)


def families(*, signed_beside: bool) -> Iterator[Family]:
    """Yield what an attacker may grow. By Redirect a signature inside is refused at once, so there is none."""
    for (filling, write), (place, put) in itertools.product(FILLINGS.items(), PLACES.items()):
        if signed_beside and place == "in KeyInfo":
            continue

        yield Family(f"{filling} {place}", _filled(write, put, signed=not signed_beside))
    for prefixes in () if signed_beside else (16, 2000):
        yield Family(f"namespaces on the root, {prefixes} in a PrefixList", _under_namespaces(prefixes))


def _filled(write: Callable[[int], str], put: Put, *, signed: bool) -> Callable[[Sample, int], bytes]:
    roots: dict[str, etree._Element] = {}

    def make(sample: Sample, count: int) -> bytes:
        if sample.role not in roots:
            root = roots[sample.role] = sample.fresh()
            if signed:
                sign(sample.part(root), STRANGER, _listing(0))
        return put(roots[sample.role], sample, write(count))

    return make


def _under_namespaces(prefixes: int) -> Callable[[Sample, int], bytes]:
    def make(sample: Sample, count: int) -> bytes:
        root = sample.fresh()
        sign(sample.part(root), STRANGER, _listing(min(prefixes, count)))
        start, space, rest = etree.tostring(root).partition(b" ")
        return start + _namespaces(count).encode() + space + rest

    return make


@dataclass(frozen=True, slots=True)
class Dear:
    """A message that is refused, and what it costs: milliseconds of processor time, the least of a few."""

    milliseconds: float
    family: str
    message: bytes = field(repr=False)


def dearest(entrance: Entrance, largest: int = LARGEST) -> Dear:
    """Grow every family at an entrance, and return the dearest message that is not larger than allowed."""
    sample = entrance.sample()
    every = families(signed_beside=entrance.signed_beside)
    return max((_grown(entrance, sample, family, largest) for family in every), key=lambda one: one.milliseconds)


def _grown(entrance: Entrance, sample: Sample, family: Family, largest: int) -> Dear:
    tried: dict[int, Dear] = {}

    def cost(count: int) -> float:
        if count not in tried:
            message = family.make(sample, count)
            tried[count] = Dear(_cost(entrance, message), family.name, message)
        return tried[count].milliseconds

    counts = list(itertools.takewhile(lambda count: len(family.make(sample, count)) <= largest, _steps()))
    best = max(counts, key=cost)
    # What lies just below a bound is dearest; a bound lies somewhere before the next step.
    low, high = best, best * 4
    while high - low > max(1, best // 16):
        middle = (low + high) // 2
        fits = len(family.make(sample, middle)) <= largest
        low, high = (middle, high) if fits and cost(middle) >= cost(low) * 0.9 else (low, middle)
    return max(tried.values(), key=lambda one: one.milliseconds)


def _steps() -> Iterator[int]:
    return (4**power for power in itertools.count(2))


def _cost(entrance: Entrance, message: bytes) -> float:
    refuse = entrance.refused(message)
    spent = []
    for _ in range(3):
        started = time.process_time()
        try:
            refuse()
        except InvalidMessage:
            spent.append((time.process_time() - started) * 1000)
        else:
            raise AssertionError(entrance.name)
        if spent[-1] > 1000:
            break
    return min(spent)
