"""What an attacker may put more and more of into a message that is refused: families that `dearest.py` grows.

A family puts more of one thing somewhere in a message whose signature is a stranger's: namespaces, attributes,
elements, text, prefixes, certificates. Or what comes is no message at all, but a form full of rubbish.
"""

import base64
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from tests.saml.hostile.bounds import listing
from tests.saml.hostile.forging import Form, sign
from tests.saml.hostile.samples import STRANGER, Sample
from tests.saml.provider import KEYS


def _namespaces(count: int) -> str:
    return "".join(f' xmlns:n{number}="u:{number}"' for number in range(count))


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


RUBBISH: dict[str, Callable[[int], str]] = {
    "percent signs": lambda count: "%" * count,
    "a percent sign behind escapes": lambda count: "%41" * count + "%",
    "escapes": lambda count: "%41" * count,
    "escapes that are no text": lambda count: "%FF" * count,
    "fields": lambda count: "x&a=" * count,
    "fields without a name": lambda count: "&=" * count,
    "ampersands": lambda count: "&" * count,
    "plus signs": lambda count: "+" * count,
    "letters of two bytes": lambda count: "\u00e9" * count,
    "what is not base64": lambda count: "!" * count,
    "base64 with one wrong letter": lambda count: "eHh4" * count + "!",
    "letters and what is not base64 in turn": lambda count: "A!" * count,
    "base64 of text": lambda count: "eHh4" * count,
    "base64 of zeros": lambda count: "AAAA" * count,
    "base64 of half an element": lambda count: base64.b64encode(b"<x " + b"y='' " * count).decode(),
    "line ends": lambda count: "%0D%0A" * count,
    "line ends in base64": lambda count: "eHh4%0D%0A" * count,
    "padding": lambda count: "=" * count,
}
"""What stands in the field of a form, where a message should stand."""

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


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    make: Callable[[Sample, int], bytes] = field(repr=False)


def messages(*, signed_inside: bool) -> Iterator[Family]:
    """Yield what a message may be grown by. By Redirect a signature inside is refused at once, so there is none."""
    for (filling, write), (place, put) in itertools.product(FILLINGS.items(), PLACES.items()):
        if signed_inside or place != "in KeyInfo":
            yield Family(f"{filling} {place}", _filled(write, put, signed=signed_inside))
    for prefixes in (16, 2000) if signed_inside else ():
        yield Family(f"namespaces on the root, {prefixes} in a PrefixList", _under_namespaces(prefixes))
        yield Family(f"the same, {prefixes}, and names in KeyInfo", _under_namespaces(prefixes, named=True))


def forms(field_name: str) -> Iterator[Family]:
    """Yield what a form may be grown by: the whole body of a request."""
    for what, write in RUBBISH.items():
        yield Family(what, _written(field_name, write))


def _written(field_name: str, write: Callable[[int], str]) -> Callable[[Sample, int], bytes]:
    return lambda _, count: f"{field_name}={write(count)}".encode()


def _filled(write: Callable[[int], str], put: Put, *, signed: bool) -> Callable[[Sample, int], bytes]:
    roots: dict[str, etree._Element] = {}

    def make(sample: Sample, count: int) -> bytes:
        if sample.role not in roots:
            root = roots[sample.role] = sample.fresh()
            if signed:
                sign(sample.part(root), STRANGER, Form(key_info="<ds:KeyInfo> </ds:KeyInfo>"))
        return put(roots[sample.role], sample, write(count))

    return make


def _under_namespaces(prefixes: int, *, named: bool = False) -> Callable[[Sample, int], bytes]:
    return lambda sample, count: listing(count, min(prefixes, count), count // 3 if named else 0)(sample)
