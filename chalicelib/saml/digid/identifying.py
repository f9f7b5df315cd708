"""DigiD identifies people: how it is asked, and what is believed of its answer (combiconnect.md 3.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import InvalidMessage
from chalicelib.login.identity import Brought, Identity
from chalicelib.login.levels import Level
from chalicelib.login.logins import Login
from chalicelib.login.steps import Departure
from chalicelib.observe import note_sender
from chalicelib.saml.craft.gate import Unverified, opened_response, response_from_post, response_from_soap
from chalicelib.saml.craft.shapes import ARTIFACT_RESPONSE, RESPONSE
from chalicelib.saml.craft.uris import ARTIFACT, POST
from chalicelib.saml.digid.ports import DigidPorts
from chalicelib.saml.messages.artifact_resolve import resolution_address, resolve_envelope
from chalicelib.saml.messages.with_digid import (
    build_request,
    post_field,
    read_response,
    redirect_address,
    response_inside,
)
from chalicelib.saml.partners.roles import IdentityProvider


@dataclass(frozen=True, slots=True)
class Digid:
    """DigiD, or who is pinned in its place. See `login/ports.py::Identifies` for what each method promises."""

    ports: DigidPorts

    def depart(self, login: Login, now: datetime) -> Departure:
        (provider, answer), us = self.ports.digid(now), self.ports.us(now)
        request = build_request(login.digid_request, Level(login.level), provider, us, now, answer=answer)
        if POST not in provider.single_sign_on:
            return Departure("DigiD", redirect_address(request, login.login_id, us))
        fields = {"SAMLRequest": post_field(request, us), "RelayState": login.login_id}
        return Departure("DigiD", request.destination, fields)

    def check(self, brought: Brought) -> None:
        _message(brought)

    def read(self, brought: Brought, login: Login, now: datetime) -> Identity:
        provider, _ = self.ports.digid(now)
        note_sender(provider.entity_id)
        message = _message(brought)
        if isinstance(message, str):
            octets, binding, wrapper = self._fetched(message, provider, now), ARTIFACT, None
        else:
            octets, binding, wrapper = _accepted(message, provider), POST, message.wrapper
        return read_response(
            opened_response(octets, self.ports.encryption.all(now), provider.signing),
            provider=provider,
            us=self.ports.us(now),
            request_id=login.digid_request,
            now=now,
            binding=binding,
            wrapper=wrapper,
        )

    def _fetched(self, artifact: str, provider: IdentityProvider, now: datetime) -> bytes:
        """Return the octets of the Response that an artifact stands for. Raises `NotIdentified` when it has none."""
        us, request_id = self.ports.us(now), f"_{self.ports.new_id()}"
        address = resolution_address(artifact, provider)
        asked = resolve_envelope(artifact, request_id, address, us, now)
        told = self.ports.back_channel.ask(address, asked, us.key, provider.trusted)
        answer = response_from_soap(told, ARTIFACT_RESPONSE)
        return response_inside(_accepted(answer, provider), provider=provider, request_id=request_id, now=now)


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
