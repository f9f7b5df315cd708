"""Artifact resolution: a provider fetches the answer that an artifact stands for (combiconnect.md 3.2)."""

from lxml import etree
from saml2 import samlp

from chalicelib.errors import InvalidMessage
from chalicelib.saml import gate
from chalicelib.saml.answers import artifact_response
from chalicelib.saml.names import SOAP, tag
from chalicelib.saml.replay import use_once
from chalicelib.saml.shapes import ARTIFACT_RESOLVE
from chalicelib.saml.sign_on import release
from chalicelib.saml.times import OLDEST_REQUEST, SKEW, instant
from chalicelib.saml.wiring import saml
from chalicelib.web.visit import Visit
from chalicelib.wiring import current


def resolve(visit: Visit) -> bytes:
    """Answer an ArtifactResolve with a SOAP envelope.

    An artifact that is unknown, used, too old or another provider's gets a success without a Response inside.
    Raises `InvalidMessage` for what does not pass the gate.
    """
    message = gate.from_soap(visit.body, ARTIFACT_RESOLVE)
    _, provider = saml().connected(message.issuer, visit.now)
    request = samlp.artifact_resolve_from_string(message.accept(provider.signing))
    _check(request, visit)
    use_once(current().transient, "resolve", provider.entity_id, request.id, visit.now)
    waiting = saml().artifacts.take(request.artifact.text or "", provider.entity_id, visit.now)
    login = saml().logins.find(waiting.login_id) if waiting else None
    inside = release(login, visit) if login else None
    return _enveloped(artifact_response(inside, request.id, saml().issuer(visit.now), visit.now))


def _check(request: samlp.ArtifactResolve, visit: Visit) -> None:
    if not request.id or request.version != "2.0":
        raise InvalidMessage("ID or Version")
    if not visit.now - OLDEST_REQUEST - SKEW <= instant(request.issue_instant or "") <= visit.now + SKEW:
        raise InvalidMessage("IssueInstant")
    # Real clients name the sign-on address here, so only the host must be ours (combiconnect.md 3.2).
    if request.destination is not None and not request.destination.startswith(f"{current().settings.base_url}/"):
        raise InvalidMessage("Destination")


def _enveloped(message: etree._Element) -> bytes:
    envelope = etree.Element(tag("soap:Envelope"), nsmap={"soap": SOAP})
    etree.SubElement(envelope, tag("soap:Body")).append(message)
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
