"""Gate, step 2: parse without ever following anything. No DTD, no entities, no network, bounded size and depth."""

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.decoding import LARGEST_MESSAGE
from chalicelib.saml.names import tag

_DEEPEST = 32
_MOST_ATTRIBUTES = 32
_MOST_ELEMENTS = 4000
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"


def parse(data: bytes, *, comments: bool = False) -> etree._Element:
    """Return the root of a message that is harmless to look at. Raises `InvalidMessage`.

    Comments are dropped where they are allowed, which is in metadata: those files are written by people.
    """
    if len(data) > LARGEST_MESSAGE:
        raise InvalidMessage("too large")
    # Looked for before the parser sees anything; UTF-16 and its kin cannot hide it, since only UTF-8 is let in.
    if b"<!" in (data.replace(b"<!--", b"").replace(b"<![CDATA[", b"") if comments else data) or b"\x00" in data:
        raise InvalidMessage("comment, CDATA, declaration or wrong encoding")
    try:
        data.decode("utf-8")
        root = etree.fromstring(data, _parser(comments=comments))
    except (UnicodeDecodeError, etree.XMLSyntaxError, ValueError):
        raise InvalidMessage("not XML") from None
    if root.getroottree().docinfo.encoding not in (None, "UTF-8", "utf-8"):
        raise InvalidMessage("wrong encoding")
    _check_tree(root)
    return root


def _parser(*, comments: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=comments,
        remove_pis=comments,
        strip_cdata=True,
        collect_ids=False,
    )


def _check_tree(root: etree._Element) -> None:
    """Refuse what could make two readers see two messages: comments, instructions, a second element with an ID."""
    if root.getprevious() is not None or root.getnext() is not None:
        raise InvalidMessage("something beside the root")
    seen: set[str] = set()
    count, level = 0, [root]
    for _ in range(_DEEPEST):
        count += len(level)
        if count > _MOST_ELEMENTS:
            break
        for element in level:
            _check_element(element, seen)
        level = [child for element in level for child in element]
        if not level:
            return
    raise InvalidMessage("too deep or too wide")


def _check_element(element: etree._Element, seen: set[str]) -> None:
    if not isinstance(element.tag, str):
        raise InvalidMessage("comment, instruction or entity")
    names = element.keys()
    if len(names) > _MOST_ATTRIBUTES:
        raise InvalidMessage("too deep or too wide")
    for name in names:
        if name in (_XML_ID, _XML_BASE):
            raise InvalidMessage("a second kind of ID")
        if name in ("ID", "Id", "id"):
            value = element.get(name, "")
            if value in seen:
                raise InvalidMessage("an ID is used twice")
            seen.add(value)


def only(parent: etree._Element, prefixed: str) -> etree._Element:
    """Return the one child with a name. Raises `InvalidMessage` when there is none, or a second."""
    found = parent.findall(tag(prefixed))
    if len(found) != 1:
        raise InvalidMessage(f"not one {prefixed}")
    return found[0]


def text_of(element: etree._Element) -> str:
    """Return the text of an element without children. Raises `InvalidMessage` when it has any."""
    if len(element) or not (text := (element.text or "").strip()):
        raise InvalidMessage("no plain text")
    return text
