"""The one state machine of a sign-in: every event in every state. Before it is known who it is, it can only fail."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from chalicelib.errors import Conflict
from chalicelib.login.decision import Decision, Failed
from chalicelib.login.logins import Login, Logins, LoginState
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


def test_a_login_is_over_at_its_end_and_not_before() -> None:
    login = replace(a_login(), expires_at=NOW)
    assert login.expired(NOW)
    assert not replace(login, expires_at=NOW.replace(microsecond=1)).expired(NOW)
