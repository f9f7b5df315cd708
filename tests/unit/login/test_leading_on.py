"""Whatever came before, a browser is led on from where its sign-in stands, and no other browser is."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.errors import InvalidMessage, LoginOver, Unavailable
from chalicelib.login.answer import Answer
from chalicelib.login.browser import Browser
from chalicelib.login.conductor import begin, begin_ours, choices, finish, go_on, own_login, take_back
from chalicelib.login.decision import Decision, Failed
from chalicelib.login.identity import Brought
from chalicelib.login.levels import Level
from chalicelib.login.logins import LOGIN_LIFE, Login, LoginState
from chalicelib.login.question import Wanted
from chalicelib.login.releasing import release
from chalicelib.login.steps import Departure, ToChoose, ToIdentify, ToProvider
from tests.builders import HENK, NOW, SERVICE_ID, VERA, a_service
from tests.unit.login.stage import LATER, Stage, a_login, asking, back, bringing, holding, mandated, told_by

NOT_SUPPORTED = Failed.of("not_supported", "Scoping", received="x", expected="y")


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.knows("henk", HENK)
    return made


def test_who_is_asked_nothing_may_put_a_question_once_too(stage: Stage) -> None:
    begin(stage, asking(failed=NOT_SUPPORTED), Browser(), NOW)
    with pytest.raises(InvalidMessage, match="seen before"):
        begin(stage, asking(failed=NOT_SUPPORTED), Browser(), NOW)


def test_why_it_cannot_be_served_goes_before_that_nobody_may_be_asked(stage: Stage) -> None:
    assert told_by(begin(stage, asking(failed=NOT_SUPPORTED, silent=True), Browser(), NOW)) == NOT_SUPPORTED


def test_a_question_for_which_nobody_can_be_identified_may_be_put_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> Departure:
        raise Unavailable("digid")

    with monkeypatch.context() as patched:
        patched.setattr(stage.identifies, "depart", down)
        with pytest.raises(Unavailable):
            begin(stage, asking(), Browser(), NOW)
    assert isinstance(begin(stage, asking(), Browser(), NOW), ToIdentify)


def test_of_a_sign_in_that_is_unknown_it_is_said_whether_anything_was_brought(stage: Stage) -> None:
    for login_id in ("0" * 32, "", "x" * 5000):
        with pytest.raises(InvalidMessage):
            take_back(stage, login_id, Brought({}, {}), Browser(), NOW)
        with pytest.raises(LoginOver):
            take_back(stage, login_id, bringing("henk"), Browser(), NOW)


def test_what_can_be_no_sign_in_is_not_looked_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(stage.logins, "find", looked.append)
    for login_id in ("", "x" * 32, "A" * 32, "0" * 33, "0" * 32):
        with pytest.raises(LoginOver):
            own_login(stage, login_id, Browser(), NOW)
    assert looked == ["0" * 32]


def test_an_answer_that_was_read_before_leads_on_whatever_comes_with_it(stage: Stage) -> None:
    login, browser = back(stage)
    for word in ("henk", "nobody knows this"):
        returned = take_back(stage, login.login_id, bringing(word), browser, NOW + LATER)
        assert (returned.login, returned.subject, returned.failed) == (login, None, None)


@pytest.mark.parametrize("decided", [Decision(), Decision(failed=NOT_SUPPORTED)])
def test_what_was_decided_is_answered_until_the_sign_in_is_over(stage: Stage, decided: Decision) -> None:
    login, browser = back(stage)
    first = finish(stage, login, decided, NOW + LATER)
    assert first.settled
    last = login.expires_at - timedelta(microseconds=1)
    again = own_login(stage, login.login_id, browser, last)
    assert told_by(go_on(stage, again, last)) == told_by(first)
    with pytest.raises(LoginOver):
        go_on(stage, again, login.expires_at)


def test_what_was_not_decided_in_time_is_told_to_the_provider_and_nobody_is_named(stage: Stage) -> None:
    mandated(stage)
    login, browser = back(stage, wanted=Wanted.EITHER)
    assert login.expires_at == NOW + LOGIN_LIFE
    told = told_by(go_on(stage, login, login.expires_at))
    assert isinstance(told, Failed)
    assert "took too long" in told.reason
    with pytest.raises(LoginOver):
        go_on(stage, own_login(stage, login.login_id, browser, login.expires_at), login.expires_at)


def test_the_same_failure_for_another_reason_is_the_same(stage: Stage) -> None:
    login, _ = back(stage)
    for moment in ("one", "another"):
        failed = Failed.of("failed", f"failed at {moment}", received=moment, expected=moment)
        assert isinstance(told_by(finish(stage, login, Decision(failed=failed), NOW + LATER)), Failed)


def test_nobody_goes_on_in_a_browser_that_did_not_begin_and_it_hears_of_cookies_only_where_that_helps(
    stage: Stage,
) -> None:
    login, browser = back(stage)
    for other in (Browser(), holding("another"), Browser(("another", "third"))):
        with pytest.raises(LoginOver, match="cookies_off"):
            own_login(stage, login.login_id, other, NOW + LATER)
        with pytest.raises(LoginOver, match="login_over"):
            own_login(stage, login.login_id, other, login.expires_at)
    assert own_login(stage, login.login_id, Browser(("another", *browser.handles)), NOW + LATER) == login
    finish(stage, login, Decision(), NOW + LATER)
    with pytest.raises(LoginOver, match="login_over"):
        own_login(stage, login.login_id, Browser(), NOW + LATER)


def test_a_step_shows_neither_the_handle_nor_the_message_that_go_with_it(stage: Stage) -> None:
    step = begin(stage, asking(), Browser(), NOW)
    assert isinstance(step, ToIdentify)
    departure = Departure("DigiD", "https://digid.example/?SAMLart=secret", {"SAMLRequest": "secret"})
    for shown in (step, ToChoose(a_login(), step.handle), holding(step.handle, "secret"), departure):
        assert step.handle not in repr(shown)
        assert "secret" not in repr(shown)


def test_a_browser_gives_up_the_handle_of_one_sign_in_and_keeps_the_others(stage: Stage) -> None:
    login, browser = back(stage)
    assert Browser(("another", *browser.handles, "third")).without(login) == ("another", "third")


def test_nobody_chooses_for_whom_in_a_sign_in_to_our_own_site(stage: Stage) -> None:
    step = begin_ours(stage, Level.BASIC, "/mandates", Browser(), NOW)
    with pytest.raises(LoginOver):
        own_login(stage, step.departure.address.removeprefix("door:"), holding(step.handle), NOW)


def test_who_is_to_represent_somebody_is_asked_also_when_there_is_nobody_and_who_is_not_never(stage: Stage) -> None:
    nobody, _ = back(stage, wanted=Wanted.REPRESENTED)
    assert isinstance(go_on(stage, nobody, NOW + LATER), ToChoose)
    mandated(stage)
    alone, _ = back(stage, statement="another", request_id="_two")
    assert isinstance(go_on(stage, alone, NOW + LATER), ToProvider)


def test_a_choice_offers_what_the_sign_in_reaches(stage: Stage) -> None:
    mandate = mandated(stage, level=25)
    login, _ = back(stage, wanted=Wanted.EITHER)
    assert choices(stage, login, a_service(), NOW + LATER).rows == (mandate,)
    assert choices(stage, login, a_service(level=25), NOW + LATER).rows == ()


def test_what_leaves_by_reference_is_settled(stage: Stage) -> None:
    stage.answers.by_reference = True
    login, _ = back(stage)
    assert finish(stage, login, Decision(), NOW + LATER).settled


def test_of_a_reference_that_comes_too_late_nobody_is_named_and_no_use_is_written(stage: Stage) -> None:
    mandate = mandated(stage)
    login, _ = back(stage, wanted=Wanted.REPRESENTED)
    decided = stage.logins.decide(login, Decision(case_id=mandate.case_id))
    late = Failed.of("too_late", "resolved too late", received="x", expected="y")
    assert release(stage, decided, NOW + LATER, late).message == late
    assert [event.what for event in stage.mandates.history(mandate.case_id, mandate.sides)] == [
        "activated",
        "requested",
    ]


def _undecided(_: Stage, login: Login) -> Login:
    return login


def _nobody(stage: Stage, login: Login) -> Login:
    del login
    sent = a_login(login_id="20" * 16, question=asking().question)
    stage.logins.start(sent)
    return sent


@pytest.mark.parametrize("standing", [_undecided, _nobody])
def test_nothing_is_released_of_what_is_not_decided(stage: Stage, standing: Callable[[Stage, Login], Login]) -> None:
    login, _ = back(stage)
    told = release(stage, standing(stage, login), NOW + LATER).message
    assert isinstance(told, Failed)
    assert told.failure == "failed"


def test_who_acts_for_somebody_is_told_as_who_acts(stage: Stage) -> None:
    mandate = mandated(stage)
    login, _ = back(stage, wanted=Wanted.REPRESENTED)
    told = told_by(finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER))
    assert told == Answer(HENK, VERA, Level.LOW, SERVICE_ID, login.session)
    assert stage.logins.find(login.login_id).state is LoginState.DECIDED  # type: ignore[union-attr]
