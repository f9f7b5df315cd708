"""Logins under way: from the moment someone is sent to DigiD until the provider, or our own site, has its answer."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.catalogue.model import ServiceId
from chalicelib.dynamo import NEW, Condition
from chalicelib.saml.requests import Wanted
from chalicelib.tables import TransientTable

LOGIN_LIFE = timedelta(minutes=10)
_KEPT = timedelta(hours=1)
"""An expired login is kept a little longer, so that the provider still gets an answer."""


class LoginState(StrEnum):
    SENT = "sent"
    """At DigiD."""
    IDENTIFIED = "identified"
    """DigiD has said who it is."""
    DECIDED = "decided"
    """Chosen, cancelled or failed. Happens once."""


@dataclass(frozen=True, slots=True)
class SignOn:
    """A provider's request that this login is for."""

    entity_id: str
    request_id: str
    location: str
    binding: str
    relay_state: str | None
    service_id: ServiceId
    wanted: Wanted
    shared: str | None = None
    """Under what this browser's sign-in is shared (federation.py), where the connection shares it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How a login for a provider ended: for oneself, on behalf of the person of a case, or in a failure by name."""

    case_id: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Login:
    login_id: str
    browser: str
    """Hash of the cookie of the browser that started; no other browser may go on."""
    digid_request: str
    """ID of our AuthnRequest, to which DigiD's answer must refer."""
    level: int
    expires_at: datetime
    path: str = "/"
    """Where to go on our own site, for a login that is not for a provider."""
    sign_on: SignOn | None = None
    state: LoginState = LoginState.SENT
    bsn: bytes | None = field(default=None, repr=False)
    reached: int = 0
    reused: bool = False
    """Whether an earlier sign-in was used: nobody was sent to DigiD."""
    decision: Decision | None = None

    @property
    def sealing_context(self) -> str:
        return f"login:{self.login_id}"

    def expired(self, now: datetime) -> bool:
        return now >= self.expires_at


class Logins:
    """Logins in DynamoDB. Every step forward is conditional, so that each is taken once."""

    def __init__(self, table: TransientTable) -> None:
        self._table = table

    def start(self, login: Login) -> None:
        row = {"pk": _key(login.login_id), "sk": "LOGIN", "ttl": int((login.expires_at + _KEPT).timestamp())}
        values = {**asdict(login), "expires_at": login.expires_at.isoformat(), "state": str(login.state)}
        if login.sign_on is not None:
            values["sign_on"] = {**asdict(login.sign_on), "wanted": str(login.sign_on.wanted)}
        self._table.put({**row, **values}, NEW)

    def drop(self, login_id: str) -> None:
        self._table.delete(_key(login_id), "LOGIN")

    def find(self, login_id: str) -> Login | None:
        item = self._table.get(_key(login_id), "LOGIN")
        return _login(item) if item else None

    def identify(self, login: Login, bsn: bytes, reached: int) -> Login:
        """Write down who it is. Raise `Conflict` when DigiD's answer was used before."""
        change = {":bsn": bsn, ":reached": reached}
        self._move(login, LoginState.IDENTIFIED, (LoginState.SENT,), "bsn = :bsn, reached = :reached", change)
        return replace(login, state=LoginState.IDENTIFIED, bsn=bsn, reached=reached)

    def decide(self, login: Login, decision: Decision) -> Login:
        """Write down how it ended. Raise `Conflict` when it had ended."""
        origins = (LoginState.SENT, LoginState.IDENTIFIED)
        self._move(login, LoginState.DECIDED, origins, "decision = :decision", {":decision": asdict(decision)})
        return replace(login, state=LoginState.DECIDED, decision=decision)

    def _move(
        self, login: Login, to: LoginState, origins: tuple[LoginState, ...], also: str, values: dict[str, Any]
    ) -> None:
        allowed = {f":from{number}": str(origin) for number, origin in enumerate(origins)}
        condition = Condition(
            f"#state IN ({', '.join(allowed)})", {"#state": "state"}, {**allowed, **values, ":to": str(to)}
        )
        self._table.change(_key(login.login_id), "LOGIN", f"SET #state = :to, {also}", condition)


def _key(login_id: str) -> str:
    return f"LOGIN#{login_id}"


def _login(item: dict[str, Any]) -> Login:
    sign_on, decision = item.get("sign_on"), item.get("decision")
    return Login(
        login_id=item["login_id"],
        browser=item["browser"],
        digid_request=item["digid_request"],
        level=item["level"],
        expires_at=datetime.fromisoformat(item["expires_at"]),
        path=item["path"],
        sign_on=SignOn(**{**sign_on, "wanted": Wanted(sign_on["wanted"])}) if sign_on else None,
        state=LoginState(item["state"]),
        bsn=item.get("bsn"),
        reached=item["reached"],
        reused=item["reused"],
        decision=Decision(**decision) if decision else None,
    )
