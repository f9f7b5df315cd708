"""Logout: what a provider's request names, and our answer (combiconnect.md 5.6)."""

from datetime import datetime
from typing import NamedTuple

from saml2 import saml, samlp

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft import uris
from chalicelib.saml.craft.times import written
from chalicelib.saml.messages.heads import check_head, check_not_over
from chalicelib.saml.messages.outgoing import Issuer
from chalicelib.saml.messages.reading import read_as, text_of
from chalicelib.saml.messages.responses import Status, status

UNKNOWN = Status(uris.REQUESTER, uris.UNKNOWN_PRINCIPAL)
_MOST_SESSIONS = 20
"""That one request may name: they end together."""


class LogoutRequest(NamedTuple):
    """What a provider wants ended."""

    request_id: str
    sessions: tuple[str, ...]
    """Names of sessions. NameID and SessionIndex are the same for us."""


def read_logout(octets: bytes, address: str, now: datetime) -> LogoutRequest:
    """Read verified octets that came to an address of ours. Raises `InvalidMessage`."""
    request = read_as(octets, samlp.LogoutRequest)
    check_head(request, now)
    if request.destination != address:
        raise InvalidMessage("Destination", received=request.destination or "", expected=address)
    if request.not_on_or_after:
        check_not_over("NotOnOrAfter", request.not_on_or_after, now)
    stated = [request.name_id, *request.session_index]
    sessions = tuple(dict.fromkeys(text_of(one) for one in stated if one is not None))
    if not all(sessions) or not sessions:
        raise InvalidMessage("neither NameID nor SessionIndex", received="", expected="one of them, with text")
    if len(sessions) > _MOST_SESSIONS:
        raise InvalidMessage("SessionIndex", received=f"{len(sessions)} sessions", expected=f"at most {_MOST_SESSIONS}")
    return LogoutRequest(request.id, sessions)


def logout_response(
    request_id: str, address: str, failure: Status | None, issuer: Issuer, now: datetime
) -> samlp.LogoutResponse:
    return samlp.LogoutResponse(
        id=issuer.message_id(),
        version="2.0",
        issue_instant=written(now),
        destination=address,
        in_response_to=request_id,
        issuer=saml.Issuer(text=issuer.entity_id),
        status=status(failure),
    )
