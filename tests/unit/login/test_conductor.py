import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.catalogue.model import Validity
from chalicelib.errors import InvalidMessage, LoginOver
from chalicelib.login.answer import Answer
from chalicelib.login.browser import Browser
from chalicelib.login.conductor import begin, begin_ours, choices, finish, go_on, own_login, take_back
from chalicelib.login.decision import Decision, Failed
from chalicelib.login.identity import NotIdentified
from chalicelib.login.levels import Level
from chalicelib.login.logins import Login, LoginState
from chalicelib.login.question import Wanted
from chalicelib.login.steps import ToChoose, ToIdentify
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.rules.deciding import Denial
from tests.builders import HENK, MINA, NOW, SERVICE_ID, VERA, a_service, revoke_in, signed_in
from tests.unit.login.stage import LATER, Stage, asking, back, bringing, holding, mandated, told_by


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.knows("henk", HENK)
    return made


def _happened(stage: Stage, mandate: Mandate) -> str:
    """Return what happened last in a case."""
    return stage.mandates.history(mandate.case_id, mandate.sides)[0].what


def test_someone_signs_in_for_themself(stage: Stage) -> None:
    login, _ = back(stage)
    assert login.state is LoginState.IDENTIFIED
    told = told_by(go_on(stage, login, NOW + LATER))
    assert told == Answer(HENK, None, Level.LOW, SERVICE_ID, login.session)


def test_who_is_identified_by_another_kind_of_provider_signs_in_to_our_own_site_alike(stage: Stage) -> None:
    step = begin_ours(stage, Level.BASIC, "/mandates", Browser(session="SESSION#old"), NOW)
    login_id = step.departure.address.removeprefix("door:")
    returned = take_back(stage, login_id, bringing("henk"), holding(step.handle), NOW)
    assert (returned.subject, returned.login.path, returned.login.replaces) == (HENK, "/mandates", "SESSION#old")


def test_someone_chooses_for_whom_they_sign_in(stage: Stage) -> None:
    mandate = mandated(stage)
    login, _ = back(stage, wanted=Wanted.EITHER)
    assert isinstance(go_on(stage, login, NOW + LATER), ToChoose)
    told = told_by(finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER))
    assert told == Answer(HENK, VERA, Level.LOW, SERVICE_ID, login.session)
    assert _happened(stage, mandate) == "used"


def test_who_has_nobody_to_choose_is_asked_nothing(stage: Stage) -> None:
    login, _ = back(stage, wanted=Wanted.EITHER)
    assert isinstance(told_by(go_on(stage, login, NOW + LATER)), Answer)


def test_a_mandate_that_is_revoked_after_the_choice_is_told_to_nobody(stage: Stage) -> None:
    mandate = mandated(stage)
    login, _ = back(stage, wanted=Wanted.REPRESENTED)
    revoke_in(stage.mandates, mandate, signed_in(VERA), NOW)
    told = told_by(finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER))
    assert isinstance(told, Failed)
    assert told.failure == "denied"
    assert _happened(stage, mandate) == "use refused"


def test_a_mandate_below_what_the_provider_asks_is_not_offered_nor_told(stage: Stage) -> None:
    """Else an answer at the level of who signed in would name somebody whose mandate was made at a lower one."""
    mandate = mandated(stage)
    stage.knows("henk", HENK, Level.HIGH)
    login, _ = back(stage, wanted=Wanted.EITHER, level=Level.SUBSTANTIAL)
    assert choices(stage, login, a_service(), NOW + LATER).rows == ()
    told = told_by(finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER))
    assert isinstance(told, Failed)
    assert (told.failure, told.reason) == ("denied", Denial.LEVEL_TOO_LOW)


def test_an_outage_of_the_register_names_nobody_and_leaves_the_browser_its_handle(stage: Stage) -> None:
    mandate = mandated(stage)
    login, browser = back(stage, wanted=Wanted.REPRESENTED)
    stage.mandates.down = True
    step = finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER)
    told = told_by(step)
    assert isinstance(told, Failed)
    assert (told.failure, step.settled) == ("unavailable", False)
    stage.mandates.down = False
    again = go_on(stage, own_login(stage, login.login_id, browser, NOW + LATER), NOW + LATER)
    assert isinstance(told_by(again), Answer)


def test_a_choice_stands_and_another_is_refused(stage: Stage) -> None:
    mandate = mandated(stage)
    login, _ = back(stage, wanted=Wanted.EITHER)
    first = finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER)
    assert told_by(finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER)) == told_by(first)
    with pytest.raises(LoginOver):
        finish(stage, login, Decision(), NOW + LATER)


@pytest.mark.parametrize(("wanted", "for_another"), [(Wanted.SELF, True), (Wanted.REPRESENTED, False)])
def test_nobody_signs_in_for_other_than_the_provider_asked(stage: Stage, wanted: Wanted, *, for_another: bool) -> None:
    mandate = mandated(stage)
    login, _ = back(stage, wanted=wanted)
    with pytest.raises(LoginOver):
        finish(stage, login, Decision(case_id=mandate.case_id if for_another else None), NOW + LATER)
    assert stage.logins.find(login.login_id) == login


def test_a_question_counts_once(stage: Stage) -> None:
    begin(stage, asking(), Browser(), NOW)
    with pytest.raises(InvalidMessage, match="seen before"):
        begin(stage, asking(), Browser(), NOW)


def test_an_identity_counts_once(stage: Stage) -> None:
    back(stage)
    with pytest.raises(LoginOver):
        back(stage, request_id="_another")


def test_an_answer_that_comes_twice_at_once_leads_on_twice_as_it_does_one_after_the_other(stage: Stage) -> None:
    step = begin(stage, asking(), Browser(), NOW)
    assert isinstance(step, ToIdentify)
    login_id, browser = step.departure.address.removeprefix("door:"), holding(step.handle)
    stage.knows("mina", MINA, statement="another statement")
    first: list[Login] = []

    def meanwhile() -> None:
        stage.identifies.before = lambda: None
        first.append(take_back(stage, login_id, bringing("mina"), browser, NOW).login)

    stage.identifies.before = meanwhile
    second = take_back(stage, login_id, bringing("henk"), browser, NOW)
    assert (second.login, second.subject) == (first[0], None)
    assert told_by(go_on(stage, second.login, NOW)) == told_by(go_on(stage, first[0], NOW))


def test_nobody_is_taken_back_in_a_browser_that_did_not_begin(stage: Stage) -> None:
    step = begin(stage, asking(), Browser(), NOW)
    assert isinstance(step, ToIdentify)
    login_id = step.departure.address.removeprefix("door:")
    for browser in (Browser(), holding("another handle"), Browser(("a", "b"))):
        with pytest.raises(LoginOver, match="cookies_off"):
            take_back(stage, login_id, bringing("henk"), browser, NOW)
    assert stage.logins.find(login_id).state is LoginState.SENT  # type: ignore[union-attr]


def test_who_was_not_identified_is_told_to_the_provider_as_it_was_said(stage: Stage) -> None:
    stage.identifies.words["no"] = NotIdentified("cancelled", "cancelled", received="no", expected="a word")
    step = begin(stage, asking(), Browser(), NOW)
    assert isinstance(step, ToIdentify)
    login_id = step.departure.address.removeprefix("door:")
    returned = take_back(stage, login_id, bringing("no"), holding(step.handle), NOW)
    assert returned.failed is not None
    assert returned.failed.failure == "cancelled"
    assert told_by(finish(stage, returned.login, Decision(failed=returned.failed), NOW)) == returned.failed


def test_who_was_identified_below_what_was_asked_is_not_signed_in_whoever_says_so(stage: Stage) -> None:
    step = begin(stage, asking(level=Level.SUBSTANTIAL), Browser(), NOW)
    assert isinstance(step, ToIdentify)
    ours = begin_ours(stage, Level.SUBSTANTIAL, "/mandates", Browser(), NOW)
    for sent in (step, ours):
        login_id = sent.departure.address.removeprefix("door:")
        returned = take_back(stage, login_id, bringing("henk"), holding(sent.handle), NOW)
        assert returned.subject is None
        assert returned.failed is not None
        assert (returned.failed.failure, returned.failed.received, returned.failed.expected) == (
            "level_too_low",
            "20",
            "25",
        )
        assert stage.logins.find(login_id) == returned.login


def test_an_answer_that_is_not_believed_ends_the_providers_sign_in_and_not_ours(stage: Stage) -> None:
    stage.identifies.words["forged"] = InvalidMessage("forged", received="x", expected="y")
    step = begin(stage, asking(), Browser(), NOW)
    assert isinstance(step, ToIdentify)
    login_id = step.departure.address.removeprefix("door:")
    assert take_back(stage, login_id, bringing("forged"), holding(step.handle), NOW).failed is not None
    ours = begin_ours(stage, Level.BASIC, "/mandates", Browser(), NOW)
    with pytest.raises(InvalidMessage):
        take_back(stage, ours.departure.address.removeprefix("door:"), bringing("forged"), holding(ours.handle), NOW)


def test_what_was_refused_and_what_was_told_is_written_down_without_who_it_was(
    stage: Stage,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    caplog.set_level("INFO")

    def counted() -> list[str]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] for line in lines if "_aws" in line]

    stage.identifies.words["forged"] = InvalidMessage("forged", received="x", expected="y")
    step = begin(stage, asking(), Browser(), NOW)
    assert isinstance(step, ToIdentify)
    login_id = step.departure.address.removeprefix("door:")
    returned = take_back(stage, login_id, bringing("forged"), holding(step.handle), NOW)
    assert returned.failed is not None
    finish(stage, returned.login, Decision(failed=returned.failed), NOW)
    assert [record.message for record in caplog.records] == ["message_refused", "provider_answered", "login_failed"]
    assert counted() == ["MessageRefused", "AnswerRefused"]
    caplog.clear()
    login, _ = back(stage, request_id="_two")
    go_on(stage, login, NOW + LATER)
    assert [record.message for record in caplog.records] == ["signed_in", "provider_answered"]
    assert counted() == ["SignedIn", "AnswerReleased"]
    assert not any(HENK.digits in str(vars(record)) for record in caplog.records)


def test_who_comes_back_too_late_is_told_to_the_provider(stage: Stage) -> None:
    step = begin(stage, asking(), Browser(), NOW)
    assert isinstance(step, ToIdentify)
    login_id = step.departure.address.removeprefix("door:")
    returned = take_back(stage, login_id, bringing("henk"), holding(step.handle), NOW + timedelta(minutes=10))
    assert returned.failed is not None
    assert "took too long" in returned.failed.reason


def test_a_question_that_cannot_be_served_is_answered_without_asking_anybody(stage: Stage) -> None:
    failed = Failed.of("not_supported", "Scoping", received="x", expected="y")
    assert told_by(begin(stage, asking(failed=failed), Browser(), NOW)) == failed


def test_who_may_not_be_asked_anything_is_answered_that_somebody_has_to_be(stage: Stage) -> None:
    told = told_by(begin(stage, asking(silent=True), Browser(), NOW))
    assert isinstance(told, Failed)
    assert told.failure == "passive"


def test_what_fails_before_an_answer_is_written_has_told_nobody_anything(stage: Stage) -> None:
    mandate = mandated(stage)
    login, _ = back(stage, wanted=Wanted.REPRESENTED)
    stage.answers.connected = False
    with pytest.raises(Exception, match="connection"):
        finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER)
    assert _happened(stage, mandate) == "activated"


def test_an_answer_by_reference_is_made_when_it_is_fetched(stage: Stage) -> None:
    stage.answers.by_reference = True
    mandate = mandated(stage)
    login, _ = back(stage, wanted=Wanted.REPRESENTED)
    step = finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER)
    assert step.departure.fields is None
    assert _happened(stage, mandate) == "activated"


@pytest.mark.parametrize("change", [{"digid": False}, {"valid": (Validity(active=False),)}])
def test_a_service_that_is_offered_no_more_tells_nobody_who_signed_in(stage: Stage, change: dict[str, Any]) -> None:
    login, _ = back(stage)
    stage.catalogue.known[SERVICE_ID] = a_service(**change)
    told = told_by(go_on(stage, login, NOW + LATER))
    assert isinstance(told, Failed)
    assert told.failure == "denied"


def test_a_service_only_for_others_tells_for_whom_somebody_signed_in(stage: Stage) -> None:
    mandate = mandated(stage)
    stage.catalogue.known[SERVICE_ID] = a_service(digid=False)
    login, _ = back(stage, wanted=Wanted.REPRESENTED)
    assert isinstance(told_by(finish(stage, login, Decision(case_id=mandate.case_id), NOW + LATER)), Answer)


def test_a_level_that_rose_meanwhile_is_not_reached(stage: Stage) -> None:
    login, _ = back(stage)
    stage.catalogue.known[SERVICE_ID] = a_service(level=25)
    told = told_by(go_on(stage, login, NOW + LATER))
    assert isinstance(told, Failed)
    assert (told.failure, told.received, told.expected) == ("level_too_low", "20", "25")
