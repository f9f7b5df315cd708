"""What is to be mended in one recorded request: the gate and the reader of the application itself say so.

An engineer hears everything at once: after each broken rule the rest is looked at as well.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.decoding import from_base64, inflate
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.parsing import parse
from chalicelib.saml.craft.shapes import ARTIFACT_RESOLVE, AUTHN_REQUEST, LOGOUT_REQUEST, Shape
from chalicelib.saml.craft.soap import message_in
from chalicelib.saml.craft.times import OLDEST_REQUEST, instant, written
from chalicelib.saml.craft.uris import POST, REDIRECT, named, tag
from chalicelib.saml.messages.heads import check_head
from chalicelib.saml.partners.registration import Imported
from local.kit.case import Case, broken
from local.kit.findings import Finding, mend, note, ok
from local.kit.reading_on import read_on
from local.kit.recorded import By, Recording
from local.kit.stage import BASE

Element = etree._Element

_SHAPES: Mapping[str, tuple[Shape, str]] = {
    tag("samlp:AuthnRequest"): (AUTHN_REQUEST, "/saml/sso"),
    tag("samlp:LogoutRequest"): (LOGOUT_REQUEST, "/saml/slo"),
    tag("samlp:ArtifactResolve"): (ARTIFACT_RESOLVE, "/saml/artifact"),
}


@dataclass(frozen=True, slots=True)
class _Head:
    """See `messages/heads.py::Head`."""

    id: str | None
    version: str | None
    issue_instant: str | None


def judge(recording: Recording, imported: Imported | None, now: datetime) -> Iterator[Finding]:
    """Yield what is right and what is to be mended; `imported` is the sender's metadata, if there is any."""
    try:
        root = _root(recording)
        shape, path = _kind(root)
        shape.check(root)
    except InvalidMessage as error:
        yield broken(error)
        yield from _about_encoding(recording)
        return
    yield ok(f"the message can be read: {shape.name}")
    sent_at = recording.sent_at or _stated(root) or now
    case = Case(recording, root, _address(recording, root, path), imported, sent_at)
    yield from _way(case, path)
    yield from _sender(case, shape)
    yield from _times(case, now)
    yield from (read_on(case) if shape is AUTHN_REQUEST else _other(case))


def _root(recording: Recording) -> Element:
    if recording.by is By.SOAP:
        return message_in(recording.soap)
    if "SAMLRequest" not in recording.parameters:
        raise InvalidMessage("an answer where a request is expected", received="SAMLResponse", expected="SAMLRequest")
    octets = from_base64(recording.parameters["SAMLRequest"][0])
    return parse(inflate(octets) if recording.by is By.REDIRECT else octets)


def _kind(root: Element) -> tuple[Shape, str]:
    if root.tag not in _SHAPES:
        expected = [shape.name for shape, _ in _SHAPES.values()]
        raise InvalidMessage("another message", received=named(root), expected=expected)
    return _SHAPES[root.tag]


def _about_encoding(recording: Recording) -> Iterator[Finding]:
    message = next(iter(recording.parameters.get("SAMLRequest", ())), "")
    if " " in message:
        yield mend("a space in SAMLRequest", "a + of base64 is written %2B in a query or a form")
    if recording.by is By.REDIRECT and _reads(lambda: parse(from_base64(message))):
        yield mend("SAMLRequest by Redirect", "deflate the message (raw DEFLATE) before base64 (SAML bindings 3.4.4.1)")
    if recording.by is By.POST and _reads(lambda: parse(inflate(from_base64(message)))):
        yield mend("SAMLRequest by POST", "do not deflate the message: only by Redirect it is (SAML bindings 3.5.4)")


def _reads(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except InvalidMessage:
        return False
    return True


def _address(recording: Recording, root: Element, path: str) -> str:
    """Return where the message belongs: where it was sent, or else what it says, if that can be right."""
    stated = root.get("Destination", "")
    if recording.address and recording.address.endswith(path):
        return recording.address
    return stated if stated.endswith(path) else f"{BASE}{path}"


def _way(case: Case, path: str) -> Iterator[Finding]:
    """Tell whether it came where and how such a message comes."""
    sent = case.recording.address
    if sent is not None and not sent.endswith(path):
        yield broken(InvalidMessage("address", received=sent, expected=f"our address that ends in {path}"))
    if case.national and case.recording.by is By.REDIRECT:
        yield broken(InvalidMessage("CombiConnect asks and logs out by POST", received=REDIRECT, expected=POST))
    soap = case.recording.by is By.SOAP
    if soap != (path == "/saml/artifact") and case.recording.by is not By.NOTHING:
        yield broken(InvalidMessage("binding", received=case.recording.by, expected="POST" if soap else "SOAP"))


def _sender(case: Case, shape: Shape) -> Iterator[Finding]:
    """Tell whose message it is, and whether its signature is theirs."""
    issuer = (case.root.findtext(tag("saml:Issuer")) or "").strip()
    if case.imported is not None and issuer != case.imported.provider.entity_id:
        yield broken(InvalidMessage("Issuer", received=issuer, expected=case.imported.provider.entity_id))
    signed = case.root.find(tag("ds:Signature")) is not None
    if not signed and case.recording.by is By.NOTHING:
        yield note("no signature in the message", "by Redirect it stands beside it: record the whole query string")
        return
    try:
        message = _through_the_gate(case.recording, shape)
        if case.imported is not None:
            message.accept(case.imported.provider.signing)
    except InvalidMessage as error:
        yield broken(error)
        yield from _about_key(case)
        return
    if case.imported is not None:
        yield ok("the signature is right, and of a key in the metadata")
    elif signed or case.recording.by is By.REDIRECT:
        yield note("the signature was not verified", "give the sender's metadata as well: METADATA=provider.xml")
    else:
        yield broken(InvalidMessage("not signed", received="", expected="a Signature in the message"))


def _through_the_gate(recording: Recording, shape: Shape) -> gate.Unverified:
    match recording.by:
        case By.SOAP:
            return gate.from_soap(recording.soap, shape)
        case By.REDIRECT:
            return gate.from_query(recording.parameters, "SAMLRequest", shape)
        case _:
            return gate.from_post(recording.parameters, "SAMLRequest", shape)


def _about_key(case: Case) -> Iterator[Finding]:
    """Compare the certificate that a signature shows with those of the metadata."""
    shown = case.root.findtext(f"{tag('ds:Signature')}//{tag('ds:X509Certificate')}")
    if shown is None or case.imported is None:
        return
    known = case.imported.provider.signing
    try:
        certificate = Certificate.from_base64(shown)
    except InvalidMessage as error:
        yield broken(error)
        return
    if certificate not in known:
        reason, expected = "certificate of the signature", [one.fingerprint for one in known]
        yield broken(InvalidMessage(reason, received=certificate.fingerprint, expected=expected))


def _times(case: Case, now: datetime) -> Iterator[Finding]:
    made = _stated(case.root)
    if case.recording.sent_at is None and made is not None:
        if made > now:
            yield broken(InvalidMessage("IssueInstant", received=made, expected=f"not after {written(now)}"))
        elif now - made > OLDEST_REQUEST:
            yield note(f"made at {written(made)}", "judged as if it was sent at once; it is refused after five minutes")


def _stated(root: Element) -> datetime | None:
    try:
        return instant(root.get("IssueInstant", "")).astimezone(UTC)
    except InvalidMessage:
        return None


def _other(case: Case) -> Iterator[Finding]:
    """Read what a LogoutRequest or an ArtifactResolve has in common with every request."""
    head = _Head(*(case.root.get(name) for name in ("ID", "Version", "IssueInstant")))
    try:
        check_head(head, case.now)
        yield ok("ID, Version and IssueInstant")
    except InvalidMessage as error:
        yield broken(error)
    stated = case.root.get("Destination", "")
    if case.root.tag == tag("samlp:LogoutRequest") and stated != case.address:
        yield broken(InvalidMessage("Destination", received=stated, expected=case.address))
