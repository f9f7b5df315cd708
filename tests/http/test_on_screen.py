"""The code on the screen of who asked for it: offered, shown for a quarter of an hour, and nowhere else."""

import re
from dataclasses import replace
from io import BytesIO
from typing import cast

import pytest
from chalice.test import HTTPResponse
from pypdf import PdfReader

from chalicelib.people.brp.person import Standing
from chalicelib.wiring import Wiring
from local import aws
from tests.builders import PORTAL_ID, SERVICE_ID, a_person
from tests.fakes import Clock, FakeRegister
from tests.http.client import Person
from tests.http.journey import deliver, of_vera, printed
from tests.papers import FakePapers

_CODE = re.compile(r"\b[B-DF-HJ-NP-TV-XZ2-9]{4}(?:-[B-DF-HJ-NP-TV-XZ2-9]{4}){2}\b")
MONTH = {"start": "today", "end": "month"}


@pytest.fixture(autouse=True)
def on_screen(wired: Wiring) -> None:
    """Let both services show their code from level 20 on."""
    for service_id in (SERVICE_ID, PORTAL_ID):
        wired.catalogue.put_service(replace(wired.catalogue.service(service_id), code_on_screen=20))


def _review(vera: Person, level: str = "20") -> str:
    vera.sign_in(level=level)
    return vera.submit(f"/request/{SERVICE_ID}", MONTH).location


def _asked(vera: Person, handing: str = "screen") -> str:
    """Ask with the code on screen; return the first case."""
    shown = vera.submit(_review(vera), {"handing": handing}).location
    assert shown.endswith("/code")
    return shown.removeprefix("/requests/").removesuffix("/code")


def _code(vera: Person, case_id: str) -> str:
    found = _CODE.findall(vera.get(f"/requests/{case_id}/code").body)
    assert len(found) == 1
    return str(found[0])


def _pdf(vera: Person, case_id: str) -> HTTPResponse:
    cookie = f"__Host-session={vera.cookies['__Host-session']}"
    headers = {"cookie": cookie, "accept-language": vera.language, "accept": "text/html,*/*;q=0.8"}
    return vera.client.http.get(f"/requests/{case_id}/code.pdf", headers=headers)


def test_a_letter_is_what_is_chosen_unless_somebody_chooses_otherwise(vera: Person) -> None:
    page = vera.get(_review(vera)).body
    assert re.findall(r'name="handing" value="(\w+)" id="[\w-]+"( checked)?', page) == [
        ("letter", " checked"),
        ("screen", ""),
        ("both", ""),
    ]
    assert vera.submit(_review(vera), {}).location.endswith("?sent=1")


def test_the_code_on_the_screen_activates_what_was_asked_and_no_letter_is_sent(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    review = _review(vera)
    vera.submit(f"{review.replace('confirm', 'with')}/{PORTAL_ID}", MONTH)
    case_id = vera.submit(review, {"handing": "screen"}).location.split("/")[2]
    page = vera.get(f"/requests/{case_id}/code").body
    assert "Locks" in page
    assert ">All<" in page
    code = _code(vera, case_id)
    deliver()
    assert not printed(case_id)
    henk.sign_in()
    activation = henk.submit("/activate", of_vera(code)).location
    assert henk.submit(activation, {}).location == f"/activated/{case_id}"
    # A code that is used is shown no more.
    assert vera.get(f"/requests/{case_id}/code").location == f"/requests/{case_id}"
    assert wired.mandates.requests(wired.secrets.pseudonyms.person(vera.bsn))[0].letter_id is None


def test_screen_and_letter_have_the_same_code(vera: Person) -> None:
    case_id = _asked(vera, "both")
    assert "We send you a letter with this code as well" in vera.get(f"/requests/{case_id}/code").body
    code = _code(vera, case_id)
    deliver()
    (key,) = printed(case_id)
    pdf = aws.client("s3").get_object(Bucket=aws.BUCKET, Key=key)["Body"].read()
    assert code in PdfReader(BytesIO(pdf)).pages[0].extract_text()


def test_after_a_quarter_of_an_hour_the_code_is_gone_and_the_page_says_what_to_do(vera: Person, clock: Clock) -> None:
    case_id = _asked(vera)
    clock.forward(minutes=14)
    assert f'href="/requests/{case_id}/code"' in vera.get(f"/requests/{case_id}").body
    assert _code(vera, case_id)
    clock.forward(minutes=1)
    for path in (f"/requests/{case_id}/code", f"/requests/{case_id}/code.pdf"):
        assert vera.get(path).location == f"/requests/{case_id}"
    page = vera.get(f"/requests/{case_id}").body
    assert "ask again: then you get a new code" in page
    assert "/code" not in page
    assert "No letter is sent" in page
    vera.submit(f"/requests/{case_id}/withdraw", {})
    page = vera.get(f"/requests/{case_id}").body
    assert "throw the letter away" not in page
    assert _asked(vera) != case_id


def test_whoever_has_the_code_can_end_showing_it(vera: Person) -> None:
    case_id = _asked(vera)
    assert vera.submit(f"/requests/{case_id}/code", {}).location == f"/requests/{case_id}"
    assert vera.get(f"/requests/{case_id}/code").location == f"/requests/{case_id}"


def test_what_is_withdrawn_shows_its_code_no_more(vera: Person) -> None:
    case_id = _asked(vera)
    vera.submit(f"/requests/{case_id}/withdraw", {})
    assert vera.get(f"/requests/{case_id}/code").location == f"/requests/{case_id}"


def test_a_code_is_for_the_eyes_of_who_asked_only(vera: Person, henk: Person) -> None:
    case_id = _asked(vera)
    henk.sign_in()
    for path in (f"/requests/{case_id}/code", f"/requests/{case_id}/code.pdf", "/requests/nothing/code"):
        assert henk.get(path).status == 404


def test_who_signs_in_lower_than_they_asked_does_not_see_the_code(vera: Person) -> None:
    vera.sign_in(level="25")
    review = vera.submit(f"/request/{SERVICE_ID}", MONTH).location
    shown = vera.submit(review, {"handing": "screen"}).location
    assert _CODE.search(vera.get(shown).body)
    vera.sign_in(level="20")
    for path in (shown, f"{shown}.pdf"):
        lower = vera.get(path)
        assert not _CODE.search(lower.body)
        assert "/login?level=25" in lower.body
    vera.sign_in(level="25")
    assert _CODE.search(vera.get(shown).body)


def test_the_code_is_in_no_address_no_log_and_no_cache(
    vera: Person, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], wired: Wiring
) -> None:
    case_id = _asked(vera)
    code = _code(vera, case_id)
    answer = vera.get(f"/requests/{case_id}/code")
    assert answer.headers["Cache-Control"] == "no-store"
    wired.papers = FakePapers()
    assert _pdf(vera, case_id).headers["Cache-Control"] == "no-store"
    told = caplog.text + capsys.readouterr().out
    rows = str(aws.client("dynamodb").scan(TableName=wired.transient.name)["Items"])
    for form in (code, code.replace("-", "")):
        assert form not in told + rows


def test_the_pdf_is_tagged_has_the_code_and_is_kept_as_a_file(vera: Person) -> None:
    vera.language = "nl"
    case_id = _asked(vera)
    code = _code(vera, case_id)
    answer = _pdf(vera, case_id)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="machtigingscode.pdf"'
    pdf = PdfReader(BytesIO(answer.body))
    assert code in pdf.pages[0].extract_text()
    assert "Sluizen" in pdf.pages[0].extract_text()
    assert "/StructTreeRoot" in pdf.trailer["/Root"]  # type: ignore[operator]


def test_when_no_page_can_be_set_the_code_is_still_on_the_screen(vera: Person, wired: Wiring) -> None:
    case_id = _asked(vera)
    papers = FakePapers()
    papers.down = True
    wired.papers = papers
    assert vera.get(f"/requests/{case_id}/code.pdf").status == 503
    assert _code(vera, case_id)


def test_a_double_click_shows_the_code_that_works(vera: Person, henk: Person) -> None:
    review = _review(vera)
    token = vera.token(review)
    first, second = (vera.post(review, {"csrf": token, "handing": "screen"}) for _ in range(2))
    assert first.location == second.location
    henk.sign_in()
    assert henk.submit("/activate", of_vera(_code(vera, first.location.split("/")[2]))).status == 303


def test_where_one_service_does_not_show_its_code_none_is_offered(vera: Person, wired: Wiring) -> None:
    wired.catalogue.put_service(replace(wired.catalogue.service(PORTAL_ID), code_on_screen=None))
    review = _review(vera)
    vera.submit(f"{review.replace('confirm', 'with')}/{PORTAL_ID}", MONTH)
    page = vera.get(review).body
    assert 'type="radio"' not in page
    assert "see the code at once" not in page
    answer = vera.submit(review, {"handing": "screen"})
    assert answer.status == 409
    assert "The code cannot reach you in this way now" in answer.body


@pytest.mark.parametrize(("language", "said"), [("en", "see the code at once?"), ("nl", "Wilt u de code meteen zien?")])
def test_who_is_signed_in_too_low_to_see_the_code_is_told_how_they_can(
    vera: Person, wired: Wiring, language: str, said: str
) -> None:
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICE_ID), code_on_screen=25))
    vera.language = language
    review = _review(vera)
    page = vera.get(review).body
    assert said in page
    assert f"/login?level=25&amp;next={review}" in page
    vera.sign_in(level="25", path=review)
    assert 'value="screen"' in vera.get(review).body


def test_who_can_get_no_letter_sees_the_code_where_the_service_allows_it(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    register = cast("FakeRegister", wired.people)
    register.people[vera.bsn] = a_person(standing=Standing.NO_ADDRESS, address=())
    review = _review(vera)
    page = vera.get(review)
    assert "We cannot send you a letter" in page.body
    assert 'type="radio"' not in page.body
    case_id = vera.submit(review, {"handing": page.hidden["handing"]}).location.split("/")[2]
    henk.sign_in()
    activation = henk.submit("/activate", of_vera(_code(vera, case_id))).location
    assert henk.submit(activation, {}).status == 303
    wired.catalogue.put_service(replace(wired.catalogue.service(PORTAL_ID), code_on_screen=25))
    other = vera.submit(f"/request/{PORTAL_ID}", MONTH).location
    assert f"/login?level=25&amp;next={other}" in vera.get(other).body


@pytest.mark.parametrize(("language", "other"), [("en", "nl"), ("nl", "en")])
def test_the_choice_stays_when_the_language_changes(vera: Person, language: str, other: str) -> None:
    vera.language = language
    review = _review(vera)
    page = vera.submit(review, {"handing": "both", "language": other}).body
    assert re.findall(r'value="(\w+)" id="[\w-]+" checked', page) == ["both"]
    assert f'<html lang="{other}"' in page
