"""Messages that are far too much of something. They must be refused in bounded time and memory."""

from collections.abc import Callable

from lxml import etree

from chalicelib.saml.craft.decoding import LARGEST_MESSAGE
from tests.saml.hostile.forging import EXCLUSIVE, Form, sign
from tests.saml.hostile.samples import STRANGER, Sample
from tests.saml.hostile.variants import Variant


def _around(before: bytes, behind: bytes) -> Callable[[Sample], bytes]:
    return lambda sample: before + etree.tostring(sample.signed()) + behind


def _inside(filling: bytes) -> Callable[[Sample], bytes]:
    """Put something behind the start tag of what the sender signed."""

    def make(sample: Sample) -> bytes:
        start, end, rest = etree.tostring(sample.signed()).partition(b">")
        return start + end + filling + rest

    return make


def _in_tag(filling: bytes) -> Callable[[Sample], bytes]:
    def make(sample: Sample) -> bytes:
        start, end, rest = etree.tostring(sample.signed()).partition(b">")
        return start + filling + end + rest

    return make


def listing(namespaces: int, prefixes: int, key_names: int = 0) -> Callable[[Sample], bytes]:
    """Declare namespaces on the root, sign worthlessly with a PrefixList of so many of them, and name many keys.

    To make that canonical each element, of those in KeyInfo too, looks for each prefix among all namespaces.
    """
    listed = " ".join(f"a{number}" for number in range(prefixes))
    enveloped, exclusive = Form().transforms
    inclusive = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{listed}"/>'
    names = f"<ds:KeyInfo>{'<ds:KeyName>x</ds:KeyName>' * key_names}</ds:KeyInfo>" if key_names else ""
    form = Form(transforms=(enveloped, f"{exclusive}|{inclusive}"), key_info=names)

    def make(sample: Sample) -> bytes:
        root = sample.fresh()
        sign(sample.part(root), STRANGER, form)
        start, space, rest = etree.tostring(root).partition(b" ")
        return start + b"".join(b' xmlns:a%d="u:a"' % number for number in range(namespaces)) + space + rest

    return make


_LAUGHS = b"".join(b'<!ENTITY e%d "%s">' % (step, b"&e%d;" % (step - 1) * 10) for step in range(1, 10))
_BOMB = b'<!DOCTYPE x [<!ENTITY e0 "ha">' + _LAUGHS + b"]>"
_QUADRATIC = b'<!DOCTYPE x [<!ENTITY e "' + b"x" * 100_000 + b'">]>'

_BOMBS: dict[str, Callable[[Sample], bytes]] = {
    "a billion laughs": lambda sample: _BOMB + _inside(b"&e9;")(sample),
    "one large entity, often": lambda sample: _QUADRATIC + _inside(b"&e;" * 20_000)(sample),
    "an entity of itself": lambda sample: b'<!DOCTYPE x [<!ENTITY e "&e;">]>' + _inside(b"&e;")(sample),
    "20,000 deep": _inside(b"<a>" * 20_000 + b"</a>" * 20_000),
    "20,000 deep and open": _inside(b"<a>" * 20_000),
    "5,000 attributes": _in_tag(b"".join(b' a%d=""' % number for number in range(5_000))),
    "5,000 namespaces": _in_tag(b"".join(b' xmlns:a%d="u%d"' % (number, number) for number in range(5_000))),
    "20 namespaces and a PrefixList of them": listing(20, 20),
    "2,000 namespaces and a PrefixList of them": listing(2_000, 2_000),
    "1,400 namespaces, a PrefixList of them and 500 names of keys": listing(1_400, 1_400, 500),
    "namespaces in namespaces": _inside(b'<x xmlns:a="u:a" xmlns:b="u:b" xmlns:c="u:c">' * 20 + b"</x>" * 20),
    "a namespace for each of 2,500 elements": _inside(b'<x xmlns="u:x"/>' * 2_500),
    "a namespace that is relative": _in_tag(b' xmlns:r="relative"'),
    "a namespace of 300 characters": _in_tag(b' xmlns:r="u:' + b"x" * 300 + b'"'),
    "an ID of 129 characters": _inside(b'<x Id="' + b"x" * 129 + b'"/>'),
    "an ID that is no name": _inside(b'<x Id="1"/>'),
    "1,000 IDs": _inside(b"".join(b'<x Id="i%d"/>' % number for number in range(1_000))),
    "30,000 elements": _inside(b"<a/>" * 30_000),
    "a long text": _inside(b"x" * LARGEST_MESSAGE),
    "a long attribute": _in_tag(b' a="' + b"x" * LARGEST_MESSAGE + b'"'),
    "a long name": _in_tag(b" " + b"x" * LARGEST_MESSAGE + b'=""'),
    "10 MB behind it": _around(b"", b" " * 10_000_000),
    "10 MB of comment": _around(b"<!--" + b"x" * 10_000_000 + b"-->", b""),
}

VARIANTS = [Variant("bounds", name, make, fools=False) for name, make in _BOMBS.items()]
