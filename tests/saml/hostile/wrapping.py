"""Signature wrapping: the signed element is moved aside, and one that the attacker wrote takes its place.

After McIntosh and Austel (2005) and Somorovsky et al., "On Breaking SAML" (2012): their eight variants are among these.
"""

import copy
import itertools
from collections.abc import Callable

from lxml import etree

from tests.saml.hostile.forging import DS, sign
from tests.saml.hostile.samples import METADATA, Sample
from tests.saml.hostile.variants import Variant
from tests.saml.provider import NAMES, FakeProvider, found

_PREFIXES = {"p": NAMES["p"], "a": NAMES["a"], "md": METADATA}
"""As the messages have them: an element that moves under others would get theirs, and its signature would break."""

Element = etree._Element
Place = Callable[[Element, Element, Element | None, Sample], Element]
"""Puts the original somewhere near the forgery (whose Signature may be there), and returns the root to send."""


def _in_object(evil: Element, original: Element, signature: Element | None, _: Sample) -> Element:
    etree.SubElement(_required(signature), f"{{{DS}}}Object").append(original)
    return evil


def _in_key_info(evil: Element, original: Element, signature: Element | None, _: Sample) -> Element:
    etree.SubElement(_required(signature), f"{{{DS}}}KeyInfo").append(original)
    return evil


def _first(evil: Element, original: Element, _: Element | None, __: Sample) -> Element:
    evil.insert(0, original)
    return evil


def _last(evil: Element, original: Element, _: Element | None, __: Sample) -> Element:
    evil.append(original)
    return evil


def _in_extensions(evil: Element, original: Element, _: Element | None, sample: Sample) -> Element:
    """Where the schema lets anything in: Extensions, or the Advice of an assertion."""
    names = {"metadata import": f"{{{METADATA}}}Extensions", "DigiD, assertion": f"{{{NAMES['a']}}}Advice"}
    holder = etree.Element(names.get(sample.role, f"{{{NAMES['p']}}}Extensions"))
    holder.append(original)
    evil.insert(2, holder)
    return evil


def _in_claim(evil: Element, original: Element, _: Element | None, sample: Sample) -> Element:
    found(evil, f".//{{*}}{sample.claim}").append(original)
    return evil


def _before(evil: Element, original: Element, _: Element | None, __: Sample) -> Element:
    root = etree.Element(evil.tag, nsmap=_PREFIXES)
    root.extend([original, evil])
    return root


def _behind(evil: Element, original: Element, _: Element | None, __: Sample) -> Element:
    root = etree.Element("Envelope", nsmap=_PREFIXES)
    root.extend([evil, original])
    return root


def _required(signature: Element | None) -> Element:
    if signature is None:
        raise LookupError
    return signature


PLACES: dict[str, Place] = {
    "in an Object": _in_object,
    "in KeyInfo": _in_key_info,
    "as first child": _first,
    "as last child": _last,
    "in Extensions or Advice": _in_extensions,
    "in the claim": _in_claim,
    "before the forgery": _before,
    "behind the forgery": _behind,
}
SIGNATURES = ("moved", "kept", "copied")
IDS = ("another", "same", "no")


def _wrap(place: Place, signature: str, new_id: str) -> Callable[[Sample], bytes]:
    def make(sample: Sample) -> bytes:
        root = sample.signed()
        original = sample.part(root)
        evil = sample.part(sample.forged())
        if new_id == "another":
            evil.set("ID", "_evil")
        else:
            evil.attrib.update({} if new_id == "same" else {"ID": ""})
            if new_id == "no":
                del evil.attrib["ID"]
        own = _give_signature(original, evil, signature)
        if sample.target == ".":
            return etree.tostring(place(evil, copy.deepcopy(original), own, sample))
        parent = found(root, sample.target).getparent()
        assert parent is not None
        at = parent.index(original)
        parent.remove(original)
        made = place(evil, original, own, sample)
        # Siblings stand in the Response itself, not in an envelope around it.
        for offset, element in enumerate(list(made) if made is not evil else [evil]):
            parent.insert(at + offset, element)
        return etree.tostring(root)

    return make


def _give_signature(original: Element, evil: Element, how: str) -> Element | None:
    if how == "kept":
        return None
    signature = found(original, "d:Signature")
    given = signature if how == "moved" else copy.deepcopy(signature)
    evil.insert(original.index(signature), given)
    return given


def _borrowed(sample: Sample) -> bytes:
    """Forge with the signature of metadata, which everyone can fetch, and with that metadata."""
    document = FakeProvider().metadata()
    lender = etree.fromstring(document, etree.XMLParser(remove_comments=True))
    lender.set("ID", "_public")
    lender_sample = Sample("metadata import", sample.keys, lender, "", "")
    signed = lender_sample.signed()
    root = sample.forged()
    evil = sample.part(root)
    signature = found(signed, "d:Signature")
    evil.insert(1, signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(signed)
    return etree.tostring(root)


def _another_part(sample: Sample) -> bytes:
    """Forge what has one harmless part that the sender signed, with an ID of its own."""
    root = sample.forged()
    evil = sample.part(root)
    part = evil[0] if len(evil) else evil
    part.set("ID", "_part")
    signature = sign(part, sample.keys)
    evil.insert(1, signature)
    return etree.tostring(root)


VARIANTS = [
    Variant(
        "wrapping", f"original {place}, signature {signature}, {new_id} ID", _wrap(PLACES[place], signature, new_id)
    )
    for place, signature, new_id in itertools.product(PLACES, SIGNATURES, IDS)
    if not (signature == "kept" and place in ("in an Object", "in KeyInfo"))
] + [
    Variant("wrapping", "signature borrowed from metadata", _borrowed),
    Variant("wrapping", "signature over a part", _another_part),
]
