"""The one state machine of a sign-in: every event in every state. Before it is known who it is, it can only fail."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import pytest

from chalicelib.errors import Conflict, Unavailable
from chalicelib.login.decision import Decision, Failed
from chalicelib.login.logins import Login, Logins, LoginState
from chalicelib.storage.table import Item
from chalicelib.storage.tables import TransientTable
from tests.builders import NOW
from tests.fakes import FakeTable
from tests.unit.login.stage import a_login

FAILED = Failed.of("cancelled", "cancelled", received="cancel", expected="a choice")


def _settled(logins: Logins, login: Login) -> None:
    if not logins.settle(login, "SESSION#1"):
        raise Conflict("settled otherwise")


EVENTS: dict[str, Callable[[Logins, Login], object]] = {
    "identified": lambda logins, login: logins.identify(login, b"sealed", 20, None),
    "chosen": lambda logins, login: logins.decide(login, Decision(case_id="ca5e" * 8)),
    "oneself": lambda logins, login: logins.decide(login, Decision()),
    "failed": lambda logins, login: logins.decide(login, Decision(failed=FAILED)),
    "settled": _settled,
    "begun": lambda logins, login: logins.start(login),
}
BECOMES = {
    (LoginState.SENT, "identified"): LoginState.IDENTIFIED,
    (LoginState.SENT, "failed"): LoginState.DECIDED,
    (LoginState.IDENTIFIED, "chosen"): LoginState.DECIDED,
    (LoginState.IDENTIFIED, "oneself"): LoginState.DECIDED,
    (LoginState.IDENTIFIED, "failed"): LoginState.DECIDED,
    (LoginState.IDENTIFIED, "settled"): LoginState.DECIDED,
}
"""Every other event in a state changes nothing."""


@pytest.mark.parametrize("state", LoginState)
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_in_every_state_has_one_outcome(state: LoginState, event: str) -> None:
    logins = Logins(cast("TransientTable", FakeTable()))
    login = replace(a_login(), state=state)
    logins.start(login)
    if (state, event) in BECOMES:
        EVENTS[event](logins, login)
    else:
        with pytest.raises(Conflict):
            EVENTS[event](logins, login)
    kept = logins.find(login.login_id)
    assert kept is not None
    assert kept.state is BECOMES.get((state, event), state)
    if (state, event) not in BECOMES:
        assert kept == login


class _Lossy(FakeTable):
    """Loses the answer to a write: of one that was done, or of one that was not."""

    def __init__(self, *, done: bool) -> None:
        super().__init__()
        self.loses, self._done = False, done

    def write_together(self, writes: Sequence[Item]) -> None:
        if self._done or not self.loses:
            super().write_together(writes)
        if self.loses:
            raise Unavailable("dynamodb")


@pytest.mark.parametrize("done", [True, False])
def test_whether_a_session_of_ours_began_is_looked_up_when_the_answer_is_lost(*, done: bool) -> None:
    table = _Lossy(done=done)
    logins, login = Logins(cast("TransientTable", table)), replace(a_login(), state=LoginState.IDENTIFIED)
    logins.start(login)
    table.loses = True
    if done:
        assert logins.settle(login, "SESSION#1")
    else:
        with pytest.raises(Unavailable):
            logins.settle(login, "SESSION#1")


def test_who_it_is_and_what_that_shares_is_found_again() -> None:
    logins, login = Logins(cast("TransientTable", FakeTable())), a_login()
    logins.start(login)
    identified = logins.identify(login, b"sealed", 25, "key of what is shared")
    assert logins.find(login.login_id) == identified
    assert (identified.bsn, identified.reached, identified.shared) == (b"sealed", 25, "key of what is shared")


def test_a_login_is_over_at_its_end_and_not_before() -> None:
    login = replace(a_login(), expires_at=NOW)
    assert login.expired(NOW)
    assert not replace(login, expires_at=NOW.replace(microsecond=1)).expired(NOW)
