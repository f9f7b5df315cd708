"""Artifact resolution: a provider fetches the answer that an artifact stands for (combiconnect.md 3.2)."""

from datetime import datetime
from functools import partial

from chalicelib.catalogue.model import Connection, Profile
from chalicelib.errors import InvalidMessage
from chalicelib.login.conductor import find
from chalicelib.login.decision import Failed
from chalicelib.login.releasing import Made, release
from chalicelib.saml.combiconnect.artifacts import WaitingAnswer
from chalicelib.saml.combiconnect.ports import ProviderPorts
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.shapes import ARTIFACT_RESOLVE
from chalicelib.saml.craft.times import written
from chalicelib.saml.messages.artifact_binding import answer_envelope, read_resolve
from chalicelib.saml.partners.roles import ServiceProvider


def resolve(ports: ProviderPorts, envelope: bytes, shown: str | None, now: datetime) -> bytes:
    """Answer an ArtifactResolve with a SOAP envelope; `shown` is the caller's certificate as PEM.

    An artifact that is unknown, spent, too old or another provider's gets a success without a Response inside. It is
    spent, and the request counts, when the answer is ready to leave: who got none may ask again, in the same words.
    Raises `InvalidMessage` for what does not pass the gate.
    """
    message = gate.from_soap(envelope, ARTIFACT_RESOLVE)
    connection, provider = ports.partners.connected(message.issuer, now)
    _check_certificate(connection, provider, shown)
    settings, entrance = ports.settings, ports.ourselves.entrance(now)
    ours = (f"{settings.base_url}/", f"{settings.back_channel_url}/")
    request = read_resolve(message.accept(provider.signing), ours, now)
    waiting = ports.artifacts.find(request.artifact, provider.entity_id, now)
    ready = _ready(ports, waiting, now) if waiting else None
    made = partial(answer_envelope, resolve_id=request.request_id, issuer=entrance, profile=connection.profile, now=now)
    once = ports.once("resolve", provider.entity_id, request.request_id, now)
    if ready is not None:
        answer = made(ready.message)
        if not ready.settled or ports.artifacts.spend(request.artifact, ports.new_id(), once):
            return answer
    ports.use_once("resolve", provider.entity_id, request.request_id, now)
    return made(None)


def _ready(ports: ProviderPorts, waiting: WaitingAnswer, now: datetime) -> Made | None:
    """Make the answer that an artifact stands for, from what holds now. None for a login that has been forgotten."""
    login = find(ports, waiting.login_id)
    if login is None:
        return None
    late = None
    if waiting.late(now):
        expected = f"before {written(waiting.ends_at)}"
        late = Failed.of("too_late", "the artifact was resolved too late", received=now, expected=expected)
    return release(ports, login, now, late, sent_at=waiting.sent_at)


def _check_certificate(connection: Connection, provider: ServiceProvider, shown: str | None) -> None:
    """Check with which certificate the caller opened the connection: one that signs for the provider (section 6).

    The national profile asks for it always, any other connection where that was agreed; a wrong one never does.
    """
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
