"""Messages that the sender signed, with elements that have no place there."""

from collections.abc import Callable

from lxml import etree

from tests.saml.hostile.samples import NOT_IN_METADATA, Sample
from tests.saml.hostile.variants import Variant, marked
from tests.saml.provider import NAMES, FakeProvider, found

Element = etree._Element
_DIGID = frozenset({"DigiD, Response", "DigiD, assertion"})


def _added(xml: str, path: str = ".", place: int = 99) -> Callable[[Sample], bytes]:
    def edit(root: Element, _: Sample) -> None:
        spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
        found(root, path).insert(place, etree.fromstring(f"<x {spaces}>{xml}</x>")[0])

    return marked(edit)


def _qualified(root: Element, _: Sample) -> None:
    found(root, "a:Issuer").set("NameQualifier", "x")


def _two_issuers(root: Element, sample: Sample) -> None:
    root.insert(0, etree.fromstring(etree.tostring(found(root, "a:Issuer"))))
    assert sample


def _no_issuer(root: Element, _: Sample) -> None:
    root.remove(found(root, "a:Issuer"))


def _two_assertions(root: Element, _: Sample) -> None:
    other = etree.fromstring(etree.tostring(found(root, "a:Assertion")))
    other.set("ID", "_second")
    root.append(other)


def _in_advice(root: Element, _: Sample) -> None:
    inner = etree.fromstring(etree.tostring(found(root, "a:Assertion")))
    inner.set("ID", "_inner")
    etree.SubElement(found(root, "a:Assertion"), f"{{{NAMES['a']}}}Advice").append(inner)


def _another_message(sample: Sample) -> bytes:
    """Send a message of another kind, rightly signed, with the claim in it."""
    other = FakeProvider(sample.keys).request(inside=f"<a:{sample.claim}>{sample.evil}</a:{sample.claim}>")
    other.tag = f"{{{NAMES['p']}}}ManageNameIDRequest"
    return etree.tostring(FakeProvider(sample.keys).sign(other))


VARIANTS = [
    Variant("shape", "another kind of message", _another_message),
    Variant("shape", "an unknown element in front", _added("<y/>", place=0)),
    Variant("shape", "an unknown element behind", _added("<y/>")),
    Variant("shape", "an unknown SAML element", _added("<p:Terminate/>")),
    Variant("shape", "a qualified Issuer", marked(_qualified), roles=NOT_IN_METADATA),
    Variant("shape", "two Issuers", marked(_two_issuers), roles=NOT_IN_METADATA),
    Variant("shape", "no Issuer", marked(_no_issuer), roles=NOT_IN_METADATA),
    Variant("shape", "an Assertion where there is none", _added("<a:Assertion/>"), roles=NOT_IN_METADATA - _DIGID),
    Variant("shape", "two assertions", marked(_two_assertions), roles=_DIGID),
    Variant("shape", "an assertion in Advice", marked(_in_advice), roles=_DIGID),
    Variant("shape", "an EncryptedAssertion beside it", _added("<a:EncryptedAssertion/>"), roles=_DIGID),
    Variant("shape", "an EncryptedID beside NameID", _added("<a:EncryptedID/>", ".//a:Subject", 1), roles=_DIGID),
    Variant("shape", "two subjects", _added("<a:Subject/>", "a:Assertion", 1), roles=_DIGID),
    Variant("shape", "two NameIDs", _added("<a:NameID>x</a:NameID>", ".//a:Subject", 0), roles=_DIGID),
    Variant("shape", "two confirmations", _added("<a:SubjectConfirmation/>", ".//a:Subject"), roles=_DIGID),
    Variant("shape", "two statements", _added("<a:AuthnStatement/>", "a:Assertion"), roles=_DIGID),
    Variant("shape", "two artifacts", _added("<p:Artifact>x</p:Artifact>"), roles=frozenset({"artifact resolution"})),
    Variant("shape", "a Subject", _added("<a:Subject/>"), roles=frozenset({"sign-on"})),
    Variant("shape", "Conditions", _added("<a:Conditions/>"), roles=frozenset({"sign-on"})),
    Variant("shape", "an unknown condition", _added("<a:Condition/>", ".//a:Conditions"), roles=_DIGID),
]
