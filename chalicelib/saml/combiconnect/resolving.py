"""Artifact resolution: a provider fetches the answer that an artifact stands for (combiconnect.md 3.2)."""

from functools import partial

from saml2 import samlp

from chalicelib.catalogue.model import Connection, Profile
from chalicelib.errors import InvalidMessage
from chalicelib.login.once import remembering, use_once
from chalicelib.login.ports import SamlPorts
from chalicelib.login.releasing import redeem
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.shapes import ARTIFACT_RESOLVE
from chalicelib.saml.craft.soap import enveloped
from chalicelib.saml.messages.answers import artifact_response
from chalicelib.saml.messages.heads import check_head
from chalicelib.saml.partners.roles import ServiceProvider
from chalicelib.web.visit import Visit


def resolve(ports: SamlPorts, visit: Visit) -> bytes:
    """Answer an ArtifactResolve with a SOAP envelope.

    An artifact that is unknown, spent, too old or another provider's gets a success without a Response inside. It is
    spent, and the request counts, when the answer is ready to leave: who got none may ask again, in the same words.
    Raises `InvalidMessage` for what does not pass the gate.
    """
    message = gate.from_soap(visit.body, ARTIFACT_RESOLVE)
    connection, provider = ports.connected(message.issuer, visit.now)
    _check_certificate(connection, provider, visit)
    request = samlp.artifact_resolve_from_string(message.accept(provider.signing))
    _check(ports, request, visit)
    artifact, entrance = request.artifact.text or "", ports.identities(visit.now).entrance
    waiting = ports.artifacts.find(artifact, provider.entity_id, visit.now)
    ready = redeem(ports, waiting, visit) if waiting else None
    made = partial(artifact_response, resolve_id=request.id, issuer=entrance, profile=connection.profile, now=visit.now)
    transient, sender = ports.adapters.transient, provider.entity_id
    once = remembering(transient, "resolve", sender, request.id, visit.now)
    if ready is not None:
        answer = enveloped(made(ready.message))
        if not ready.settled or ports.artifacts.spend(artifact, ports.adapters.new_id(), once):
            return answer
    use_once(transient, "resolve", sender, request.id, visit.now)
    return enveloped(made(None))


def _check_certificate(connection: Connection, provider: ServiceProvider, visit: Visit) -> None:
    """Check with which certificate the caller opened the connection: one that signs for the provider (section 6).

    The national profile asks for it always, any other connection where that was agreed; a wrong one never does.
    """
    shown = visit.client_certificate
    if shown is None:
        if connection.profile is Profile.COMBICONNECT or connection.mutual_tls:
            raise InvalidMessage("no client certificate", received="", expected=_fingerprints(provider))
    elif (certificate := Certificate.from_pem(shown)) not in provider.signing:
        raise InvalidMessage(
            "a client certificate that is not in the metadata",
            received=certificate.fingerprint,
            expected=_fingerprints(provider),
        )


def _fingerprints(provider: ServiceProvider) -> list[str]:
    return [certificate.fingerprint for certificate in provider.signing]


def _check(ports: SamlPorts, request: samlp.ArtifactResolve, visit: Visit) -> None:
    check_head(request, visit.now)
    # Real clients name the sign-on address here, so only the host must be ours (combiconnect.md 3.2).
    settings = ports.adapters.settings
    ours = (f"{settings.base_url}/", f"{settings.back_channel_url}/")
    if request.destination is not None and not request.destination.startswith(ours):
        raise InvalidMessage("Destination", received=request.destination, expected=[f"{one}…" for one in ours])
