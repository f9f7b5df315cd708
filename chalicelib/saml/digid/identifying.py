"""DigiD identifies people: how it is asked, and what is believed of its answer (combiconnect.md 3.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import InvalidMessage
from chalicelib.login.identity import Brought, Identity, NotIdentified
from chalicelib.login.levels import Level
from chalicelib.login.logins import Login
from chalicelib.login.steps import Departure
from chalicelib.observe import note_sender
from chalicelib.saml.craft.gate import (
    Unverified,
    opened_response,
    response_from_post,
    response_from_soap,
    response_inside,
)
from chalicelib.saml.craft.shapes import ARTIFACT_RESPONSE, RESPONSE
from chalicelib.saml.craft.signatures import Signature
from chalicelib.saml.craft.uris import ARTIFACT, POST, REDIRECT
from chalicelib.saml.digid.ports import DigidPorts
from chalicelib.saml.messages.artifact_binding import endpoint_of, resolve_envelope
from chalicelib.saml.messages.outgoing import Outgoing, posted, redirected
from chalicelib.saml.messages.with_digid import build_request, check_resolved, read_response
from chalicelib.saml.partners.roles import IdentityProvider


@dataclass(frozen=True, slots=True)
class Digid:
    """DigiD, or who is pinned in its place. See `login/ports.py::Identifies` for what each method promises."""

    ports: DigidPorts

    def depart(self, login: Login, now: datetime) -> Departure:
        (provider, answer), us = self.ports.partners.digid(now), self.ports.ourselves.to_digid(now)
        # By POST the key is named in the signature. By Redirect DigiD tries only the first that it knows (digid.md A6).
        by_post = POST in provider.single_sign_on
        address = provider.single_sign_on[POST if by_post else REDIRECT]
        request = build_request(login.digid_request, Level(login.level), address, us, now, answer=answer)
        if not by_post:
            return Departure("DigiD", redirected("SAMLRequest", request, login.login_id, address, us.key))
        message = Outgoing(request, (Signature(request.id, us.key),))
        return Departure("DigiD", address, posted("SAMLRequest", message, login.login_id))

    def check(self, brought: Brought) -> None:
        _message(brought)

    def read(self, brought: Brought, login: Login, now: datetime) -> Identity:
        provider, _ = self.ports.partners.digid(now)
        note_sender(provider.entity_id)
        message = _message(brought)
        if isinstance(message, str):
            octets, binding, wrapper = self._fetched(message, provider, now), ARTIFACT, None
        else:
            octets, binding, wrapper = _accepted(message, provider), POST, message.wrapper
        return read_response(
            opened_response(octets, self.ports.ourselves.encryption.all(now), provider.signing),
            issuer=provider.entity_id,
            us=self.ports.ourselves.to_digid(now),
            request_id=login.digid_request,
            now=now,
            binding=binding,
            wrapper=wrapper,
        )

    def _fetched(self, artifact: str, provider: IdentityProvider, now: datetime) -> bytes:
        """Return the octets of the Response that an artifact stands for. Raises `NotIdentified` when it has none."""
        us, request_id = self.ports.ourselves.to_digid(now), f"_{self.ports.new_id()}"
        address = _resolved_at(artifact, provider)
        asked = resolve_envelope(artifact, request_id, address, us, now)
        told = self.ports.back_channel.ask(address, asked, us.key, provider.trusted)
        octets = _accepted(response_from_soap(told, ARTIFACT_RESPONSE), provider)
        check_resolved(octets, issuer=provider.entity_id, request_id=request_id, now=now)
        if (inside := response_inside(octets)) is None:
            reason = "an ArtifactResponse without a Response"
            raise NotIdentified("failed", reason, received="", expected="samlp:Response")
        return inside


def _resolved_at(artifact: str, provider: IdentityProvider) -> str:
    """Return where an artifact is resolved. Raises `InvalidMessage` for one that this provider did not issue."""
    if (index := endpoint_of(artifact, provider.entity_id)) not in provider.resolution:
        reason = "no ArtifactResolutionService with this index"
        raise InvalidMessage(reason, received=index, expected=map(str, provider.resolution))
    return provider.resolution[index]


def _message(brought: Brought) -> Unverified | str:
    """Return the artifact, or the message. Raises `InvalidMessage`."""
    artifact = _one(brought.query, "SAMLart") or _one(brought.form, "SAMLart").strip()
    return artifact or response_from_post(brought.form, RESPONSE)


def _one(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    """Return a parameter, or nothing: one that is sent twice counts as not sent."""
    values = parameters.get(name, ())
    return values[0] if len(values) == 1 else ""


def _accepted(message: Unverified, provider: IdentityProvider) -> bytes:
    if message.issuer != provider.entity_id:
        raise InvalidMessage("another issuer", received=message.issuer, expected=provider.entity_id)
    return message.accept(provider.signing)
