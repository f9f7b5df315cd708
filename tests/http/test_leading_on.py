"""After each step of a sign-in an outage leads on: the browser, or the partner, asks again and has its answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pytest
from lxml import etree

from chalicelib.errors import Unavailable
from chalicelib.people.vault import KmsVault
from chalicelib.storage.table import Table
from local.digid.answers import signed_in
from tests.fakes import Clock
from tests.http.client import Answer, Person, at_digid
from tests.http.federation import (
    ONE,
    TWO,
    begin_at,
    goes_to_digid,
    logout_by,
    logout_response,
    naming,
    statuses,
    told_to,
)
from tests.http.journey import mandate
from tests.http.moments import Moment
from tests.http.provider import PROVIDER, artifact_in, begin, choose
from tests.saml.provider import NAMES, certificate_in

CALLS: list[tuple[type, str]] = [
    (Table, name) for name in ("get", "put", "change", "delete", "query", "write_together")
]
CALLS += [(KmsVault, name) for name in ("seal", "open")]


@dataclass
class Outage:
    """The call to AWS of this number fails: before it was made, or after, when only the reply is lost."""

    number: int
    lost_reply: bool
    made: int = 0

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def made(*given: object, **named: object) -> object:
            self.made += 1
            fails = self.made == self.number
            if fails and not self.lost_reply:
                raise Unavailable("dynamodb")
            answer = call(*given, **named)
            if fails:
                raise Unavailable("dynamodb")
            return answer

        return made


@pytest.fixture
def outages(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Iterator[Callable[[], Any]]]:
    """Return what yields, for each call of what is done inside it, a context in which that call fails."""

    def each() -> Iterator[Callable[[], Any]]:
        for lost_reply in (False, True):
            for number in range(1, 100):
                outage = Outage(number, lost_reply)

                @contextmanager
                def down(outage: Outage = outage) -> Iterator[None]:
                    with monkeypatch.context() as patched:
                        for owner, name in CALLS:
                            patched.setattr(owner, name, outage.around(getattr(owner, name)))
                        yield

                yield down
                if outage.made < number:
                    break
            else:
                raise AssertionError("no end")

    return each


Outages = Callable[[], Iterator[Callable[[], Any]]]


def _answered(answer: Answer) -> bool:
    """Tell whether a browser is on its way to the provider, and is not told anything else."""
    if answer.status in (200, 303):
        return "SAMLResponse" in answer.hidden or "SAMLart=" in str(answer.headers.get("Location"))
    assert answer.status == 503, answer.body
    return False


def test_digids_answer_may_be_sent_again(henk: Person, outages: Outages) -> None:
    asked = at_digid(begin(henk, PROVIDER.request()))
    message = signed_in(asked, henk.bsn.digits, "25")
    moment = Moment(henk)
    for down in outages():
        moment.back(henk)
        with down():
            first = henk.answer(asked, message)
        assert _answered(first) or _answered(henk.answer(asked, message))


@pytest.mark.parametrize("consumer", ["0", "1"])
def test_a_choice_may_be_made_again_or_gone_back_to(
    vera: Person, henk: Person, outages: Outages, consumer: str
) -> None:
    case_id = mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf(AssertionConsumerServiceIndex=consumer))
    moment = Moment(henk)
    for back, down in enumerate(outages()):
        moment.back(henk)
        with down():
            page = henk.post(choice, {"person": case_id})
        if not _answered(page) and back % 2:
            page = henk.get(choice)
        if page.status == 503 or page.hidden.get("person") == case_id:
            page = henk.post(choice, {"person": case_id})
        assert _answered(page)


def _soap(person: Person, message: bytes) -> etree._Element:
    answer = person.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=message)
    assert answer.headers["Content-Type"].startswith("text/xml")
    root = etree.fromstring(answer.body)
    assert root.tag == f"{{{NAMES['s']}}}Envelope"
    assert (root.find(".//s:Fault", NAMES) is None) == (answer.status_code == 200)
    return root


def test_an_artifact_is_spent_only_by_an_answer_that_left(vera: Person, henk: Person, outages: Outages) -> None:
    case_id = mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf(AssertionConsumerServiceIndex="1"))
    artifact = artifact_in(henk.post(choice, {"person": case_id}).location)
    ours, moment = certificate_in(henk.client.http.get("/saml/metadata").body), Moment(henk)
    for number, down in enumerate(outages()):
        moment.back(henk)
        message = PROVIDER.resolve(artifact)
        with down():
            first = _soap(henk, message)
        response = first.find(".//p:Response", NAMES)
        if response is None or response.findtext(".//p:StatusMessage", "", NAMES) == "Temporarily unavailable":
            second = _soap(henk, message if number % 2 else PROVIDER.resolve(artifact))
            response = second.find(".//p:Response", NAMES)
        assert response is not None
        assert PROVIDER.read(response, ours).status
        assert _soap(henk, PROVIDER.resolve(artifact)).find(".//p:Response", NAMES) is None


@pytest.mark.usefixtures("domain")
def test_a_logout_ends_all_or_nothing_and_may_be_repeated(henk: Person, clock: Clock, outages: Outages) -> None:
    one = told_to(henk.pass_digid(begin_at(henk, ONE, clock, ForceAuthn="true"), "20"), ONE, henk)[1]
    moment = Moment(henk)
    for down in outages():
        moment.back(henk)
        form = ONE.post_form(logout_by(ONE, naming(one), clock))
        with down():
            first = henk.post("/saml/slo", form)
        assert first.status in (200, 503)
        for answer in [first] * (first.status == 200) + [henk.post("/saml/slo", form) for _ in range(2)]:
            assert statuses(logout_response(answer)) == ["Success"]
        assert goes_to_digid(begin_at(henk, TWO, clock))


@pytest.mark.usefixtures("domain")
def test_a_shared_sign_in_leads_on(henk: Person, clock: Clock, outages: Outages) -> None:
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    for number, down in enumerate(outages()):
        form = TWO.post_form(TWO.request())
        with down():
            page = henk.post("/saml/sso", form)
        if number == 0:
            assert page.status == 503
        while not _answered(page):
            # The request counts once; when it counted, the browser was sent to where it may try again.
            page = henk.get(page.location) if page.status == 303 else henk.post("/saml/sso", form)
            if page.status == 400:
                break
        clock.forward(seconds=1)
