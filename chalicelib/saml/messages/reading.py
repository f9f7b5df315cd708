"""Reading with pysaml2's classes: what the gate handed on, and nothing else."""

from typing import Any
from xml.etree.ElementTree import ParseError

from saml2 import SamlBase, create_class_from_xml_string

from chalicelib.errors import InvalidMessage


def read_as(octets: bytes, *kinds: Any) -> Any:  # noqa: ANN401 - pysaml2 has no types
    """Return octets as an object of one of these classes of pysaml2's. Raises `InvalidMessage` for something else.

    pysaml2 has a parser of its own. So it gets the very octets that the gate verified, or wrote down of what it parsed,
    never what was sent: what is read is what was signed, and two parsers have nothing to differ about but names. The
    gate's knows those of XML's fifth edition, pysaml2's those of its fourth alone: the others are refused.
    """
    try:
        for kind in kinds:
            if (found := create_class_from_xml_string(kind, octets)) is not None:
                return found
    except ParseError as error:
        line, column = error.position
        received = f"{len(octets)} bytes, wrong at line {line}, column {column}"
        raise InvalidMessage("an unusual name", received=received, expected="names of XML's fourth edition") from None
    expected = [kind.c_tag for kind in kinds]
    raise InvalidMessage("another message", received=f"{len(octets)} bytes", expected=expected)


def reading(kind: Any, **members: Any) -> Any:  # noqa: ANN401 - pysaml2 has no types
    """Return a class of pysaml2's of which some members are read with other classes; with None, not at all.

    A list keeps every element with that name, where pysaml2 keeps the last.
    """
    children = {
        name: (member, members.get(member, known))
        for name, (member, known) in kind.c_children.items()
        if members.get(member, known) is not None
    }
    return type(kind.__name__, (kind,), {"c_children": children})


def text_of(element: SamlBase | None) -> str:
    """Return the text of an element, without white space around it; nothing where there is no element."""
    return "" if element is None else (element.text or "").strip()
