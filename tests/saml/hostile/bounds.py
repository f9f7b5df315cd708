"""Messages that are far too much of something. They must be refused in bounded time and memory."""

from collections.abc import Callable

from lxml import etree

from chalicelib.saml.decoding import LARGEST_MESSAGE
from tests.saml.hostile.samples import Sample
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
    "30,000 elements": _inside(b"<a/>" * 30_000),
    "a long text": _inside(b"x" * LARGEST_MESSAGE),
    "a long attribute": _in_tag(b' a="' + b"x" * LARGEST_MESSAGE + b'"'),
    "a long name": _in_tag(b" " + b"x" * LARGEST_MESSAGE + b'=""'),
    "10 MB behind it": _around(b"", b" " * 10_000_000),
    "10 MB of comment": _around(b"<!--" + b"x" * 10_000_000 + b"-->", b""),
}

VARIANTS = [Variant("bounds", name, make, fools=False) for name, make in _BOMBS.items()]
