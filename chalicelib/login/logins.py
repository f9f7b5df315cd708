"""Logins under way: from the moment someone is sent to DigiD until the provider, or our own site, has its answer."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.errors import Conflict, Unavailable
from chalicelib.login.decision import Decision
from chalicelib.login.question import Question
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition, Item
from chalicelib.storage.tables import TransientTable

LOGIN_LIFE = timedelta(minutes=10)


class LoginState(StrEnum):
    SENT = "sent"
    """At DigiD."""
    IDENTIFIED = "identified"
    """DigiD has said who it is."""
    DECIDED = "decided"
    """Chosen, cancelled or failed. Happens once."""


@dataclass(frozen=True, slots=True)
class Login:
    login_id: str
    browser: str
    """Hash of the handle of the browser that started; no other browser may go on."""
    digid_request: str
    """ID of our AuthnRequest, to which DigiD's answer must refer."""
    level: int
    expires_at: datetime
    session: str
    """Name of the session that a provider is told: the same, however often the answer has to be made."""
    path: str = "/"
    """Where to go on our own site, with its query, for a login that is not for a provider."""
    question: Question | None = None
    replaces: str | None = None
    """Key of the session on our own site that this sign-in takes the place of."""
    state: LoginState = LoginState.SENT
    bsn: bytes | None = field(default=None, repr=False)
    reached: int = 0
    reused: bool = False
    """Whether an earlier sign-in was used: nobody was sent to DigiD."""
    shared: str | None = None
    """Key of the shared login that this one belongs to (shared.py)."""
    decision: Decision | None = None

    @property
    def sealing_context(self) -> str:
        return f"login:{self.login_id}"

    def expired(self, now: datetime) -> bool:
        return now >= self.expires_at


LOGIN = Kind(
    "A login under way: what it is for, who signs in, and how it is decided.",
    TransientTable,
    Login,
    pk="LOGIN#{login_id}",
    sk="LOGIN",
    # An expired login is kept a little longer, so that the provider still gets an answer.
    kept=Kept("", timedelta(hours=1), "expires_at"),
    personal=("browser", "bsn", "decision"),
    sealed=("bsn",),
    stored_as={"question": "sign_on"},
    nulls=True,
)


class Logins:
    """Logins in DynamoDB. Every step forward is conditional, so that each is taken once."""

    def __init__(self, table: TransientTable) -> None:
        self._table, self._logins = table, Rows(table, LOGIN)

    def start(self, login: Login, *together: Item) -> None:
        """Write down a login, and what counts together with it or not at all. Raises `Conflict`."""
        self._table.write_together([self._logins.adding(login), *together])

    def find(self, login_id: str) -> Login | None:
        return self._logins.find(login_id=login_id)

    def identify(self, login: Login, bsn: bytes, reached: int, shared: str | None, *together: Item) -> Login:
        """Write down who it is. Raises `Conflict` when DigiD's answer was used before."""
        values = {"bsn": bsn, "reached": reached, **({"shared": shared} if shared else {})}
        change = self._moving(login, LoginState.IDENTIFIED, (LoginState.SENT,), values)
        self._table.write_together([change, *together])
        return replace(login, state=LoginState.IDENTIFIED, bsn=bsn, reached=reached, shared=shared)

    def decide(self, login: Login, decision: Decision) -> Login:
        """Write down how it ended. Raise `Conflict` when it had; and but for a failure, when nobody is identified."""
        known = (LoginState.IDENTIFIED,)
        origins = (LoginState.SENT, *known) if decision.failed else known
        self._table.write_together([self._moving(login, LoginState.DECIDED, origins, {"decision": decision})])
        return replace(login, state=LoginState.DECIDED, decision=decision)

    def settle(self, login: Login, session: str) -> bool:
        """Write down with which session a login to our own site ended. Return False when it was another."""
        try:
            self.decide(login, Decision(session=session))
        except Conflict:
            return False
        except Unavailable:
            # It may have been written all the same.
            known = self.find(login.login_id)
            if known is None or known.decision is None or known.decision.session != session:
                raise
        return True

    def _moving(self, login: Login, to: LoginState, origins: tuple[LoginState, ...], values: dict[str, Any]) -> Item:
        allowed = {f":from{number}": origin for number, origin in enumerate(origins)}
        changes = {"state": to, **values}
        condition = Condition(
            f"#state IN ({', '.join(allowed)})",
            {f"#{name}": name for name in changes},
            {**allowed, **{f":{name}": value for name, value in changes.items()}},
        )
        update = ", ".join(f"#{name} = :{name}" for name in changes)
        return self._logins.changing(f"SET {update}", condition, login_id=login.login_id)
