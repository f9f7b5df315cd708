"""What pages and letters do with the population register's answers: the dead, the odd, the titled, the nameless."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from chalicelib.people.brp.client import HaalCentraal
from chalicelib.people.brp.person import Standing
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from local import aws
from local.brp.site import brp_site, key_holder
from local.persons import persons
from local.serving import serve_in_thread
from tests.builders import HENK, SERVICE_ID, VERA
from tests.fakes import FakeRegister
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, code_of, deliver, mandate, printed, recognised


def _register(wired: Wiring) -> FakeRegister:
    assert isinstance(wired.people, FakeRegister)
    return wired.people


def _dies(wired: Wiring, bsn: Bsn) -> None:
    people = _register(wired).people
    people[bsn] = replace(people[bsn], standing=Standing.DECEASED, address=())


def _number(name: str) -> Bsn:
    return Bsn(next(bsn for bsn, person in persons().items() if person.name == name))


def _recognised(vera: Person, henk: Person) -> str:
    """Let Henk show that he knows Vera's code; return the address where he would confirm."""
    return recognised(henk, ask_for_mandate(vera))


@pytest.mark.parametrize("seen_before", [True, False])
def test_a_code_of_somebody_who_died_is_a_code_that_cannot_be_used(
    vera: Person,
    henk: Person,
    wired: Wiring,
    seen_before: bool,  # noqa: FBT001
) -> None:
    confirm = _recognised(vera, henk)
    if seen_before:
        assert henk.get(confirm).status == 200
    token = henk.get("/activate").hidden["csrf"]
    _dies(wired, VERA)
    for page in (henk.get(confirm), henk.post(confirm, {"csrf": token})):
        assert page.status == 410
        assert "This code cannot be used any more" in page.body
        assert not any(word in page.body for word in ("deceased", "died", "passed away"))
    assert wired.mandates.mandate(confirm.removeprefix("/activate/")) is None


def test_it_looks_as_a_code_that_was_withdrawn(vera: Person, henk: Person, wired: Wiring) -> None:
    confirm = _recognised(vera, henk)
    _dies(wired, VERA)
    dead = henk.get(confirm).body
    vera.submit(f"/requests/{confirm.removeprefix('/activate/')}/withdraw", {})
    assert henk.get(confirm).body == dead


def test_nobody_activates_with_the_digid_of_somebody_who_died(vera: Person, henk: Person, wired: Wiring) -> None:
    confirm = _recognised(vera, henk)
    token = henk.get("/activate").hidden["csrf"]
    _dies(wired, HENK)
    for page in (henk.get(confirm), henk.post(confirm, {"csrf": token})):
        assert page.status == 403
        assert "You cannot act for somebody" in page.body
    assert wired.mandates.mandate(confirm.removeprefix("/activate/")) is None


def test_somebody_who_cannot_be_read_now_is_an_outage_and_the_code_works_afterwards(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    confirm = _recognised(vera, henk)
    _register(wired).unreadable.add(VERA)
    assert henk.get(confirm).status == 503
    _register(wired).unreadable.clear()
    assert henk.submit(confirm, {}).status == 303


def test_one_who_cannot_be_read_costs_nobody_else_their_name(
    vera: Person, henk: Person, someone: Callable[[Bsn], Person], wired: Wiring
) -> None:
    unknown = mandate(vera, henk)
    other = someone(_number("Suharto"))
    case_id = ask_for_mandate(other)
    form = {"bsn": other.bsn.digits, "born": "20-02-1962", "code": code_of(case_id)}
    henk.submit(henk.submit("/activate", form).location, {})
    _register(wired).unreadable.add(VERA)
    page = henk.get("/mandates").body
    assert "Suharto" in page
    assert "Name not available now" in page
    page = henk.get(f"/mandates/{unknown}").body
    assert ">You may act for this person</h1>" in page
    assert "Requested by this person" in page
    assert "Name not available now" in page


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("Bas graaf van Verzonnen", "nl", ("De hooggeboren heer", "B. graaf van Verzonnen", "Hooggeboren heer,")),
        ("Bas graaf van Verzonnen", "en", ("De hooggeboren heer", "Dear B. graaf van Verzonnen,")),
        ("Dian Maya", "nl", ("Dian Maya", "Geachte Dian Maya,")),
        ("Dian Maya", "en", ("Dear Dian Maya,",)),
        ("Sascha Zonderling", "nl", ("Geachte S. Zonderling,",)),
        ("Robin Onbepaald", "nl", ("Geachte R. Onbepaald,",)),
        ("Paula Eigenhuis", "nl", ("P. van Gaarden", "Geachte mevrouw Van Gaarden,")),
        ("Tessa Tegenover", "nl", ("Eikenlaan t/o 9 a2", "1234 AE  VOORBEELD")),
        ("Wout Woonboot", "nl", ("Woonboot bij de Grote Sluis", "AMSTERDAM")),
    ],
)
def test_a_letter_is_addressed_as_the_register_says(
    someone: Callable[[Bsn], Person], name: str, language: str, expected: tuple[str, ...]
) -> None:
    person = someone(_number(name))
    person.language = language
    person.sign_in()
    review = person.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    shown = person.get(review).body
    case_id = person.submit(review, {}).location.removeprefix("/requests/").partition("?")[0]
    deliver()
    (key,) = printed(case_id)
    pdf = aws.client("s3").get_object(Bucket=aws.BUCKET, Key=key)["Body"].read()
    text = " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())
    assert all(" ".join(line.split()) in text for line in expected), text
    lines = [line for line in expected if not line.startswith(("Geachte", "Dear", "Hooggeboren"))]
    assert "<br>".join(lines) in shown, "and the page before told where it would go"


@pytest.mark.parametrize("name", ["", "Nico Nietthuis", "Pim Postcodeloos", "Rosa Rni", "Dubbel Tweede"])
def test_who_has_no_name_or_no_sure_address_gets_no_letter(someone: Callable[[Bsn], Person], name: str) -> None:
    person = someone(_number(name))
    person.sign_in()
    review = person.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"})
    page = person.get(review.location)
    assert page.status == (503 if name == "Dubbel Tweede" else 422)


def test_health_notices_that_our_question_is_refused(vera: Person, wired: Wiring) -> None:
    server = serve_in_thread(brp_site(key_holder("key"), decision=frozenset({"10120"})), 0)
    try:
        address = f"http://127.0.0.1:{server.server_port}/haalcentraal/api/brp"
        wired.people = HaalCentraal(address, lambda: {"key": "key"})
        answer = vera.client.http.get("/health")
        assert answer.json_body["dependencies"]["brp"] == "down"
        assert answer.status_code == 503
    finally:
        server.shutdown()
        server.server_close()
