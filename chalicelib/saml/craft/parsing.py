"""Gate, step 2: parse without ever following anything. No DTD, no entities, no network, bounded in every direction."""

import re
from dataclasses import dataclass
from typing import cast

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.decoding import LARGEST_MESSAGE, LARGEST_METADATA
from chalicelib.saml.craft.uris import named, tag

LONGEST_ENTITY_ID = 1000
"""Bytes, ours and everybody's. SAML has 1,024 characters (core 8.3.6), which may be more bytes; a sort key of DynamoDB
has 1,024 bytes, and there a name stands behind what kind of row it is (`PROVIDER#`)."""

_DEEPEST = 32
_MOST_ATTRIBUTES = 32
"""Of one element."""
_MOST_IN_SCOPE, _LONGEST_NAMESPACE = 48, 256
"""Namespaces that an element and those around it declare, and characters of one."""
_LONGEST_ID = 128
_ID = re.compile(rf"[^\W\d][\w.-]{{0,{_LONGEST_ID - 1}}}")
"""An NCName (XML namespaces 3)."""
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_INDEX = re.compile(r"[0-9]{1,5}", re.ASCII)
_LARGEST_INDEX = 65535

# Looked for inside libxml2: to visit thousands of elements from here takes longer than all the rest.
_count = etree.XPath("count(//*)")
_is_too_deep = etree.XPath(f"boolean({'/*' * (_DEEPEST + 1)})")
_is_too_wide = etree.XPath(f"boolean(//*[@*[{_MOST_ATTRIBUTES + 1}]])")
_has_other_nodes = etree.XPath("boolean(//comment() | //processing-instruction())")
_has_second_id = etree.XPath("boolean(//@xml:id)")
_has_base = etree.XPath("boolean(//@xml:base)")
_with_id = etree.XPath("//*[@ID or @Id or @id]")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much there may be in a document, in all."""

    size: int
    """Bytes."""
    elements: int
    attributes: int
    """Those that declare a namespace too."""
    namespaces: int
    """Declarations: canonicalisation is quadratic in them."""
    ids: int
    written_by_people: bool
    """Then comments and CDATA are dropped, and `xml:base` is passed over."""


MESSAGE = Bounds(LARGEST_MESSAGE, 500, 2000, 500, 50, written_by_people=False)
METADATA = Bounds(LARGEST_METADATA, 4000, 16000, 2000, 500, written_by_people=True)


def parse(data: bytes, bounds: Bounds = MESSAGE) -> etree._Element:
    """Return the root of a message that is harmless to look at. Raises `InvalidMessage`."""
    _check_octets(data, bounds)
    try:
        data.decode("utf-8")
        root = etree.fromstring(data, _parser(bounds))
    except (UnicodeDecodeError, etree.XMLSyntaxError, ValueError) as error:
        raise InvalidMessage("not XML", received=_where(error, data), expected="well-formed XML in UTF-8") from None
    encoding = root.getroottree().docinfo.encoding
    if encoding is not None and encoding.upper() != "UTF-8":
        raise InvalidMessage("wrong encoding", received=encoding, expected="UTF-8")
    # First, because every look at a name copies its namespace.
    _check_namespaces(root)
    _check_tree(root, bounds)
    return root


def alone(element: etree._Element) -> etree._Element:
    """Return a copy of a part that was parsed. It stands by itself, with every prefix that is in scope where it stood:
    a PrefixList may name one that is declared further out.
    """
    return etree.fromstring(etree.tostring(element, encoding="utf-8", with_tail=False), _parser(MESSAGE))


def canonical(element: etree._Element, prefixes: list[str] | None = None) -> bytes:
    """Return the exclusive canonical form. Raises `InvalidMessage` where there is none."""
    try:
        return etree.tostring(
            element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes
        )
    except etree.C14NError:
        reason = "no canonical form: a namespace is not a URI"
        raise InvalidMessage(reason, received=named(element), expected="namespaces that are absolute URIs") from None


def _where(error: Exception, data: bytes) -> str:
    """Say where reading stopped, for what stands there may be about a person."""
    match error:
        case etree.XMLSyntaxError():
            line, column = error.position
            return f"{len(data)} bytes, wrong at line {line}, column {column}"
        case UnicodeDecodeError():
            return f"{len(data)} bytes, wrong at byte {error.start}"
        case _:
            return f"{len(data)} bytes"


def _check_octets(data: bytes, bounds: Bounds) -> None:
    """Refuse before the parser sees anything; UTF-16 and its kin cannot hide it, since only UTF-8 is let in."""
    if len(data) > bounds.size:
        raise InvalidMessage("too large", received=f"{len(data)} bytes", expected=f"at most {bounds.size}")
    plain = data.replace(b"<!--", b"").replace(b"<![CDATA[", b"") if bounds.written_by_people else data
    if b"<!" in plain or b"\x00" in data:
        found = f"one at byte {plain.index(b'<!')}" if b"<!" in plain else f"NUL at byte {data.index(0)}"
        raise InvalidMessage(
            "comment, CDATA, declaration or wrong encoding", received=found, expected="elements and text in UTF-8"
        )
    # An element has at most two tags, an attribute one sign of equality; what is counted too much does no harm.
    for what, sign, most in (
        ("tags", b"<", 2 * bounds.elements),
        ("attributes", b"=", bounds.attributes),
        ("namespaces", b"xmlns", bounds.namespaces),
    ):
        if (counted := data.count(sign)) > most:
            raise InvalidMessage(f"too many {what}", received=counted, expected=f"at most {most}")


def _parser(bounds: Bounds) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=bounds.written_by_people,
        remove_pis=bounds.written_by_people,
        strip_cdata=True,
        collect_ids=False,
    )


def _check_tree(root: etree._Element, bounds: Bounds) -> None:
    """Refuse what could make two readers see two messages: comments, instructions, a second element with an ID."""
    if root.getprevious() is not None or root.getnext() is not None:
        raise InvalidMessage("something beside the root", received="a comment or instruction", expected="one element")
    _check_size(root, bounds)
    if _has_other_nodes(root):
        raise InvalidMessage("comment or instruction", received="at least one", expected="elements and text")
    if _has_second_id(root):
        raise InvalidMessage("a second kind of ID", received="xml:id", expected="ID")
    if not bounds.written_by_people and _has_base(root):
        raise InvalidMessage("xml:base, which no message has", received="xml:base", expected="none")
    seen: set[str] = set()
    identified = cast("list[etree._Element]", _with_id(root))
    if len(identified) > bounds.ids:
        raise InvalidMessage("too many IDs", received=len(identified), expected=f"at most {bounds.ids}")
    for element in identified:
        for name in ("ID", "Id", "id"):
            if (value := element.get(name)) is not None:
                _check_id(value, name, seen)


def _check_size(root: etree._Element, bounds: Bounds) -> None:
    if (counted := int(cast("float", _count(root)))) > bounds.elements:
        raise InvalidMessage("too many elements", received=counted, expected=f"at most {bounds.elements}")
    if _is_too_deep(root):
        raise InvalidMessage("too deep", received=f"more than {_DEEPEST} levels", expected=f"at most {_DEEPEST}")
    if _is_too_wide(root):
        received = f"more than {_MOST_ATTRIBUTES} attributes of one element"
        raise InvalidMessage("too wide", received=received, expected=f"at most {_MOST_ATTRIBUTES}")


def _check_id(value: str, name: str, seen: set[str]) -> None:
    if value in seen:
        raise InvalidMessage("an ID is used twice", received=value, expected="each once")
    # What a lower-case `id` means is up to whoever made the element: it is none of SAML's or of a signature's.
    if name != "id" and not _ID.fullmatch(value):
        raise InvalidMessage(
            f"{name} is not a name", received=value, expected=f"an NCName of 1 to {_LONGEST_ID} characters"
        )
    seen.add(value)


def _check_namespaces(root: etree._Element) -> None:
    """Bound what canonicalisation looks through at every element, and let it meet absolute URIs only."""
    in_scope = 0
    for event, what in etree.iterwalk(root, events=("start-ns", "end-ns")):
        in_scope += 1 if event == "start-ns" else -1
        if in_scope > _MOST_IN_SCOPE:
            raise InvalidMessage(
                "too many namespaces", received=in_scope, expected=f"at most {_MOST_IN_SCOPE} at one place"
            )
        if event == "start-ns" and (len(what[1]) > _LONGEST_NAMESPACE or (what[1] and not _is_absolute(what[1]))):
            expected = f"an absolute URI of at most {_LONGEST_NAMESPACE} characters"
            raise InvalidMessage("a namespace is not an absolute URI", received=what[1], expected=expected)


def _is_absolute(uri: str) -> bool:
    return _ABSOLUTE.fullmatch(uri) is not None


def only(parent: etree._Element, prefixed: str) -> etree._Element:
    """Return the one child with a name. Raises `InvalidMessage` when there is none, or a second."""
    found = parent.findall(tag(prefixed))
    if len(found) != 1:
        raise InvalidMessage(f"not one {prefixed}", received=len(found), expected=f"one in {named(parent)}")
    return found[0]


def index_of(text: str) -> int:
    """Read an xs:unsignedShort. Raises `InvalidMessage`."""
    if not _INDEX.fullmatch(text) or int(text) > _LARGEST_INDEX:
        raise InvalidMessage("index", received=text, expected=f"a number from 0 to {_LARGEST_INDEX}")
    return int(text)


def entity_id_of(text: str) -> str:
    """Check that a name can be an entityID. Raises `InvalidMessage`."""
    if not 0 < len(text.encode()) <= LONGEST_ENTITY_ID:
        raise InvalidMessage("entityID", received=text, expected=f"1 to {LONGEST_ENTITY_ID} bytes")
    return text


def plain_text(element: etree._Element) -> str:
    """Return the text of an element without children. Raises `InvalidMessage` when it has any."""
    if len(element) or not (text := (element.text or "").strip()):
        received = "elements" if len(element) else ""
        raise InvalidMessage(f"no plain text in {etree.QName(element).localname}", received=received, expected="text")
    return text
