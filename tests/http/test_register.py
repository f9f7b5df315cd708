"""Exchange, activating, looking and revoking on our own pages, and everything that people may fill in wrongly."""

import re
from collections.abc import Callable

import pytest

from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from tests.builders import HENK, SERVICE_ID, VERA
from tests.fakes import Clock, FakeRegister
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, code_of, mandate, of_vera, recognised

EVERY_LANGUAGE = pytest.mark.parametrize("language", ["nl", "en"])


def _people(wired: Wiring) -> FakeRegister:
    assert isinstance(wired.people, FakeRegister)
    return wired.people


@EVERY_LANGUAGE
def test_the_whole_life_of_a_mandate(vera: Person, henk: Person, language: str) -> None:
    vera.language = henk.language = language
    case_id = mandate(vera, henk)
    assert "Henk Helper" in vera.get("/mandates").body
    assert "Vera van der Gever" in henk.get("/mandates").body
    vera.submit(f"/mandates/{case_id}/revoke", {})
    for person in (vera, henk):
        page = person.get(f"/mandates/{case_id}").body
        assert {"nl": "Deze machtiging is ingetrokken", "en": "This mandate is revoked"}[language] in page


def test_the_representative_can_revoke_too(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    henk.submit(f"/mandates/{case_id}/revoke", {})
    assert "This mandate is revoked" in vera.get(f"/mandates/{case_id}").body


def test_a_stranger_sees_no_mandate_and_cannot_revoke_it(vera: Person, henk: Person, mina: Person) -> None:
    case_id = mandate(vera, henk)
    mina.sign_in()
    assert mina.get(f"/mandates/{case_id}").status == 404
    token = {"csrf": mina.token("/activate")}
    assert mina.post(f"/mandates/{case_id}/revoke", token).status == 404
    assert mina.get(f"/mandates/{case_id}").body == mina.get("/mandates/ca5eca5eca5e").body
    assert "Active" in vera.get(f"/mandates/{case_id}").body


WRONG_DATES = [
    ({"start": "other", "start_date": "yesterday"}, "day-month-year"),
    ({"start": "other", "start_date": ""}, "Fill in the start date"),
    ({"start": "", "end": "max"}, "Choose when the mandate starts"),
    ({"start": "other", "start_date": "01-01-2020"}, "in the past"),
    ({"start": "other", "start_date": "01-01-2099"}, "too far away"),
    ({"start": "today", "end": "other", "end_date": "31-12-2099"}, "longer than this service allows"),
    ({"start": "today", "end": "other", "end_date": "01-01-2020"}, "before the start date"),
    ({"start": "today", "end": "other", "end_date": "31-02-2027"}, "does not exist"),
    ({"start": "today", "end": ""}, "until when"),
    ({"start": "today", "end": "nonsense"}, "until when"),
]


@pytest.mark.parametrize(("form", "expected"), WRONG_DATES)
def test_wrong_dates_are_explained_beside_the_field_and_lose_nothing(
    vera: Person, form: dict[str, str], expected: str
) -> None:
    vera.sign_in()
    page = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max", **form})
    assert page.status == 422
    assert page.body.count(expected) >= 1
    assert "Something is not right yet" in page.body
    for name in ("start_date", "end_date"):
        if form.get(name):
            assert f'value="{form[name]}"' in page.body


def test_the_dutch_page_explains_in_dutch(vera: Person) -> None:
    vera.language = "nl"
    vera.sign_in()
    page = vera.submit(f"/request/{SERVICE_ID}", {"start": "other", "start_date": "01-01-2020", "end": "max"})
    assert "De startdatum is al voorbij" in page.body


@pytest.mark.parametrize("path", ["/request/nothing", "/requests/nothing", "/mandates/nothing", "/nothing"])
def test_what_does_not_exist_gets_a_page_that_says_so(vera: Person, path: str) -> None:
    vera.sign_in()
    page = vera.get(path)
    assert page.status == 404
    assert "We cannot find this page" in page.body


def test_search_finds_by_every_word_and_says_when_there_is_nothing(vera: Person) -> None:
    vera.sign_in()
    assert "Locks" in vera.get("/request?q=ominous+LOCK").body
    nothing = vera.get("/request?q=%3Cscript%3E").body
    assert "Nothing found" in nothing
    assert "<script>" not in nothing


WRONG_CODES = [
    ({"bsn": ""}, "Fill in the citizen service number"),
    ({"bsn": "123456789"}, "This is not a citizen service number"),
    ({"bsn": HENK.digits}, "This is your own number"),
    ({"born": "31-02-1948"}, "This day does not exist"),
    ({"born": "12-1948"}, "Write the date of birth"),
    ({"born": ""}, "Fill in the date of birth"),
    ({"code": ""}, "Fill in the mandate code"),
    ({"code": "AAAA-1111-0000"}, "There is a typing error in the code"),
    ({"code": "BCDF-GHJK-LMNP"}, "There is a typing error in the code"),
]


@pytest.mark.parametrize(("form", "expected"), WRONG_CODES)
def test_a_typing_error_is_explained_and_costs_no_try(
    vera: Person, henk: Person, wired: Wiring, form: dict[str, str], expected: str
) -> None:
    code = code_of(ask_for_mandate(vera))
    henk.sign_in()
    right = of_vera(code)
    page = henk.submit("/activate", {**right, **form})
    assert page.status == 422
    assert expected in page.body
    assert "Something is not right yet" in page.body
    assert wired.transient.get("TRIES#representative:" + wired.secrets.pseudonyms.person(HENK), "TRIES") is None


NEUTRAL = "These details do not belong together"


def test_the_neutral_answers_are_the_same_to_the_letter(
    vera: Person, henk: Person, someone: Callable[[Bsn], Person], clock: Clock
) -> None:
    used, blocked = code_of(mandate_case := ask_for_mandate(vera)), ""
    assert mandate_case
    henk.sign_in()
    bodies = []
    helpers = [someone(Bsn(bsn)) for bsn in ("900101416", "900102093", "900112839", "900113510", "900115531")]
    wrong = [
        {"code": "BCDFGHJKLMN" + _check("BCDFGHJKLMN")},
        {"bsn": "900104107"},
        {"born": "13-03-1948"},
        {"bsn": "123456782"},
    ]
    for helper, change in zip(helpers, wrong, strict=False):
        helper.sign_in()
        page = helper.submit("/activate", {**of_vera(used), **change})
        bodies.append(_neutral(page.body))
    clock.forward(days=58)
    helpers[4].sign_in()
    expired = helpers[4].submit("/activate", of_vera(used))
    bodies.append(_neutral(expired.body))
    assert set(bodies) == {bodies[0]}, blocked


def _neutral(body: str) -> str:
    """Return what a page says, without what the person typed and the tokens of the session."""
    assert NEUTRAL in body
    return re.sub(r'value="[^"]*"', "", body)


def _check(body: str) -> str:
    from chalicelib.mandates.model.codes import ALPHABET, typed_code  # noqa: PLC0415

    for character in ALPHABET:
        try:
            typed_code(body + character)
        except ValueError:
            continue
        return character
    raise AssertionError("no check character fits")


def test_five_wrong_tries_and_then_a_page_that_says_until_when(vera: Person, henk: Person) -> None:
    ask_for_mandate(vera)
    henk.sign_in()
    form = of_vera("BCDFGHJKLMN" + _check("BCDFGHJKLMN"))
    for left in ("4 more times", "3 more times", "2 more times", "1 more time", "wait an hour"):
        assert left in henk.submit("/activate", form).body
    limited = henk.submit("/activate", form)
    assert limited.status == 429
    assert "You can try again from" in limited.body


def test_a_code_used_by_someone_else_in_the_meantime_is_gone(vera: Person, henk: Person, mina: Person) -> None:
    case_id = ask_for_mandate(vera)
    form = of_vera(code_of(case_id))
    for person in (henk, mina):
        person.sign_in()
        assert person.submit("/activate", form).status == 303
    token = mina.token("/activate")
    assert henk.submit(f"/activate/{case_id}", {}).status == 303
    page = mina.post(f"/activate/{case_id}", {"csrf": token})
    assert page.status == 410
    assert "This code cannot be used any more" in page.body


def test_a_form_sent_twice_counts_once(vera: Person, henk: Person, wired: Wiring) -> None:
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    token = vera.token(review)
    first, second = (vera.post(review, {"csrf": token}) for _ in range(2))
    assert first.location == second.location
    case_id = first.location.removeprefix("/requests/").partition("?")[0]
    assert len(wired.mandates.requests(wired.secrets.pseudonyms.person(VERA))) == 1
    review = recognised(henk, case_id)
    token = henk.token(review)
    assert [henk.post(review, {"csrf": token}).status for _ in range(2)] == [303, 303]


def test_going_back_to_a_form_that_was_sent_shows_what_came_of_it(vera: Person) -> None:
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    made = vera.submit(review, {}).location
    assert vera.get(review).location == made.partition("?")[0]


def test_a_withdrawn_request_makes_room_for_a_new_one_and_kills_its_code(
    vera: Person, henk: Person, clock: Clock
) -> None:
    case_id = ask_for_mandate(vera)
    code = code_of(case_id)
    vera.submit(f"/requests/{case_id}/withdraw", {})
    withdrawn = vera.get(f"/requests/{case_id}").body
    assert "Withdrawn" in withdrawn
    assert "does not work any more" in withdrawn
    henk.sign_in()
    assert NEUTRAL in henk.submit("/activate", of_vera(code)).body
    # A service sends one letter a day.
    clock.forward(days=1)
    vera.sign_in()
    ask_for_mandate(vera)


@pytest.mark.parametrize("name", ["Emma Emigrant", "Bram Buitenland", "Otto Onderzoek", "Frits Fout", "Dirk Dood"])
def test_who_cannot_get_a_letter_is_told_why(someone: Callable[[Bsn], Person], name: str) -> None:
    from tests.browser.people import someone as test_person  # noqa: PLC0415

    person = someone(Bsn(test_person(name).bsn))
    person.sign_in()
    review = person.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"})
    page = person.get(review.location)
    assert page.status == 422
    assert "We cannot send you a letter" in page.body


def test_when_the_population_register_is_down_nothing_is_lost(vera: Person, henk: Person, wired: Wiring) -> None:
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    _people(wired).down = True
    page = vera.get(review)
    assert page.status == 503
    assert "Nothing was changed" in page.body
    _people(wired).down = False
    assert vera.get(review).status == 200
    case_id = mandate(vera, henk)
    _people(wired).down = True
    assert "Name not available now" in vera.get("/mandates").body
    vera.submit(f"/mandates/{case_id}/revoke", {})
    assert "This mandate is revoked" in vera.get(f"/mandates/{case_id}").body


def test_a_service_that_needs_more_asks_to_sign_in_again(vera: Person) -> None:
    vera.sign_in(level="10")
    page = vera.get(f"/request/{SERVICE_ID}")
    assert page.status == 403
    assert f"/login?level=20&amp;next=/request/{SERVICE_ID}" in page.body


def test_the_language_switch_keeps_what_was_filled_in(vera: Person) -> None:
    vera.sign_in()
    form = {"bsn": "900100758", "born": "2-11-1979", "code": "abc", "language": "nl"}
    page = vera.submit("/activate", form)
    assert page.status == 200
    assert "Machtiging activeren" in page.body
    for typed in ("900100758", "2-11-1979", "abc"):
        assert f'value="{typed}"' in page.body
    assert "Mijn machtigingen" in vera.get("/mandates").body
