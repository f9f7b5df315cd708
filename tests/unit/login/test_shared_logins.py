"""A sign-in that is shared between providers of a domain, as the conductor leads it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.errors import LoginOver
from chalicelib.login.answer import Answer
from chalicelib.login.browser import Browser
from chalicelib.login.conductor import begin, finish, go_on, moved, own_login
from chalicelib.login.decision import Decision, Failed
from chalicelib.login.levels import Level
from chalicelib.login.question import Wanted
from chalicelib.login.releasing import release
from chalicelib.login.shared import IDLE, LONGEST
from chalicelib.login.steps import ToChoose, ToIdentify
from tests.builders import HENK, NOW, SERVICE_ID, a_service
from tests.unit.login.stage import LATER, PROVIDER, Stage, asking, back, mandated, told_by


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.knows("henk", HENK)
    return made


def _sharing(stage: Stage, level: Level = Level.BASIC) -> Browser:
    """Sign in at one provider of a domain; return the browser that shares it."""
    login, browser = back(stage, domain="a domain", level=level)
    go_on(stage, login, NOW + LATER)
    return replace(browser, shared=moved(stage, login, browser, NOW + LATER))


def test_a_sign_in_is_shared_in_a_domain_and_asks_nobody_anew(stage: Stage) -> None:
    stage.catalogue.known[SERVICE_ID] = a_service(level=10)
    browser = _sharing(stage)
    told = told_by(begin(stage, asking(domain="a domain", request_id="_two", level=Level.BASIC), browser, NOW + LATER))
    assert isinstance(told, Answer)
    assert told.acting == HENK


@pytest.mark.parametrize(
    ("changes", "minutes"),
    [
        ({"fresh": True}, 2),
        ({"domain": "another domain"}, 2),
        ({"domain": None}, 2),
        ({"level": Level.SUBSTANTIAL}, 2),
        ({}, 17),
    ],
)
def test_a_shared_sign_in_does_not_count(stage: Stage, changes: dict[str, object], minutes: int) -> None:
    stage.catalogue.known[SERVICE_ID] = a_service(level=10)
    browser = _sharing(stage)
    question = asking(**{"domain": "a domain", "request_id": "_two", "level": Level.BASIC, **changes})
    assert isinstance(begin(stage, question, browser, NOW + timedelta(minutes=minutes)), ToIdentify)


def test_who_logged_out_in_another_window_is_not_told_any_more(stage: Stage) -> None:
    stage.catalogue.known[SERVICE_ID] = a_service(level=10)
    first, browser = back(stage, domain="a domain", level=Level.BASIC)
    go_on(stage, first, NOW + LATER)
    shared = replace(browser, shared=moved(stage, first, browser, NOW + LATER))
    mandated(stage)
    asked = asking(domain="a domain", request_id="_two", level=Level.BASIC, wanted=Wanted.EITHER)
    step = begin(stage, asked, shared, NOW + LATER)
    assert isinstance(step, ToChoose)
    assert stage.federation.end([first.session], "https://ominous.example/metadata", NOW + LATER)
    told = told_by(finish(stage, step.login, Decision(), NOW + LATER))
    assert isinstance(told, Failed)
    assert "logged out" in told.reason


def test_a_shared_login_does_not_do_for_a_level_that_rose_to_substantial_meanwhile(stage: Stage) -> None:
    stage.knows("henk", HENK, Level.HIGH)
    browser = _sharing(stage, Level.LOW)
    mandated(stage)
    question = asking(domain="a domain", request_id="_two", wanted=Wanted.EITHER)
    step = begin(stage, question, browser, NOW + LATER)
    assert isinstance(step, ToChoose)
    stage.catalogue.known[SERVICE_ID] = a_service(level=25)
    told = told_by(finish(stage, step.login, Decision(), NOW + LATER))
    assert isinstance(told, Failed)
    assert told.failure == "level_too_low"


def test_why_it_cannot_be_served_is_answered_also_to_who_is_known(stage: Stage) -> None:
    failed = Failed.of("not_supported", "Scoping", received="x", expected="y")
    browser = _sharing(stage)
    assert told_by(begin(stage, asking(domain="a domain", request_id="_two", failed=failed), browser, NOW)) == failed


def test_who_may_not_be_asked_anything_is_told_where_nothing_need_be_asked(stage: Stage) -> None:
    browser = _sharing(stage)
    silent = {"domain": "a domain", "silent": True}
    told = told_by(begin(stage, asking(request_id="_two", wanted=Wanted.EITHER, **silent), browser, NOW + LATER))
    assert isinstance(told, Answer)
    mandated(stage)
    told = told_by(begin(stage, asking(request_id="_three", wanted=Wanted.EITHER, **silent), browser, NOW + LATER))
    assert isinstance(told, Failed)
    assert told.failure == "passive"


def test_who_is_known_and_has_something_to_choose_gets_a_handle_for_it(stage: Stage) -> None:
    browser = _sharing(stage)
    mandate = mandated(stage)
    asked = asking(domain="a domain", request_id="_two", wanted=Wanted.REPRESENTED)
    step = begin(stage, asked, browser, NOW + LATER)
    assert isinstance(step, ToChoose)
    assert step.handle is not None
    login = own_login(stage, step.login.login_id, Browser((step.handle,)), NOW + LATER)
    assert isinstance(told_by(finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER)), Answer)
    with pytest.raises(LoginOver):
        own_login(stage, step.login.login_id, browser, NOW)


def test_after_an_outage_who_is_known_goes_on_in_the_same_browser(stage: Stage) -> None:
    browser = _sharing(stage)
    stage.catalogue.down = True
    step = begin(stage, asking(domain="a domain", request_id="_two"), browser, NOW + LATER)
    assert isinstance(step, ToChoose)
    assert step.handle is not None
    stage.catalogue.down = False
    login = own_login(stage, step.login.login_id, Browser((step.handle,)), NOW + LATER)
    assert isinstance(told_by(go_on(stage, login, NOW + LATER)), Answer)


def test_an_earlier_sign_in_moves_no_browser_and_nobody_is_one_neither(stage: Stage) -> None:
    browser = _sharing(stage)
    mandated(stage)
    asked = asking(domain="a domain", request_id="_two", wanted=Wanted.EITHER)
    step = begin(stage, asked, browser, NOW + LATER)
    assert isinstance(step, ToChoose)
    assert moved(stage, step.login, browser, NOW + LATER) is None
    failed = Failed.of("not_supported", "Scoping", received="x", expected="y")
    ended = begin(stage, asking(domain="a domain", request_id="_three", failed=failed), browser, NOW)
    assert moved(stage, ended.login, browser, NOW) is None  # type: ignore[union-attr]


def test_a_browser_that_moved_is_not_known_by_its_old_value(stage: Stage) -> None:
    old = _sharing(stage)
    login, _ = back(stage, old, statement="another", domain="a domain", request_id="_two", fresh=True)
    assert login.shared == stage.federation.found(str(old.shared), "a domain").key  # type: ignore[union-attr]
    new = moved(stage, login, old, NOW + LATER)
    assert stage.federation.found(str(old.shared), "a domain") is None
    assert stage.federation.found(str(new), "a domain") is not None


def test_use_prolongs_a_shared_login_and_only_signing_in_makes_it_last_longer(stage: Stage) -> None:
    browser, step, now = _sharing(stage), IDLE / 2, NOW + LATER
    for number in range(LONGEST // step):
        asked = asking(domain="a domain", request_id=f"_{number}")
        assert isinstance(told_by(begin(stage, asked, browser, now)), Answer)
        now += step
    assert isinstance(begin(stage, asking(domain="a domain", request_id="_last"), browser, now), ToIdentify)


def test_signing_in_again_makes_a_shared_login_last_anew(stage: Stage) -> None:
    browser = _sharing(stage)
    again, _ = back(stage, browser, statement="another", domain="a domain", request_id="_two", fresh=True)
    go_on(stage, again, NOW + 5 * LATER)
    known = stage.federation.shared(str(again.shared))
    assert known is not None
    assert known.since == NOW + 5 * LATER


def test_who_is_logged_out_before_the_answer_is_fetched_again_is_told_no_more(stage: Stage) -> None:
    for domain in (None, "a domain"):
        login, _ = back(stage, statement=f"of {domain}", domain=domain, request_id=f"_{domain}")
        decided = stage.logins.decide(login, Decision())
        assert release(stage, decided, NOW + LATER).message.session == login.session
        assert stage.federation.end([login.session], PROVIDER, NOW + LATER)
        assert isinstance(release(stage, decided, NOW + LATER).message, Failed)


def test_who_is_known_is_told_only_as_long_as_that_is_kept(stage: Stage) -> None:
    browser = _sharing(stage)
    mandated(stage)
    asked = asking(domain="a domain", request_id="_two", wanted=Wanted.EITHER)
    step = begin(stage, asked, browser, NOW + LATER)
    assert isinstance(step, ToChoose)
    stage.table.delete(f"SHARED#{step.login.shared}", "SHARED")
    assert isinstance(told_by(finish(stage, step.login, Decision(), NOW + LATER)), Failed)
