"""When something that we need is down: a page that is made of nothing that may be down, and says nothing untrue."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib import observe
from chalicelib.budget import LONGEST
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import Unavailable
from chalicelib.keyring import Keyring
from chalicelib.mandates.model.requests import Request
from chalicelib.people.vault import KmsVault
from chalicelib.storage.patience import Patience
from chalicelib.storage.tables import CatalogueTable, RegisterTable, TransientTable
from chalicelib.web import failures
from chalicelib.wiring import Wiring
from local import aws
from tests.asked import REFUSAL, asked_and_passed_on
from tests.builders import SERVICE_ID
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, mandate, recognised
from tests.lost import Losing, cancelled
from tests.process import current, use

UNTRUE = ("already asked", "cannot be used", "has ended", "no longer", "Nothing was changed", "revoked")

LOST = ReadTimeoutError(endpoint_url="https://dynamodb")


class Down:
    """AWS when nobody answers."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        def call(**_: object) -> None:
            raise ReadTimeoutError(endpoint_url="https://aws")

        return call


Step = tuple[Person, str, dict[str, str]]
"""Who sends which form."""

Prepare = Callable[[Person, Person], Step]


def _form(person: Person, path: str) -> Step:
    return person, path, {"csrf": person.token(path)}


def _ask(vera: Person, _: Person) -> Step:
    vera.sign_in()
    return _form(vera, vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location)


def _withdraw(vera: Person, _: Person) -> Step:
    return _form(vera, f"/requests/{ask_for_mandate(vera)}/withdraw")


def _activate(vera: Person, henk: Person) -> Step:
    return _form(henk, recognised(henk, ask_for_mandate(vera)))


def _revoke(vera: Person, henk: Person) -> Step:
    return _form(vera, f"/mandates/{mandate(vera, henk)}/revoke")


def _asked() -> Request:
    """Write down what Henk asks of Vera."""
    wiring = current()
    (request,) = asked_and_passed_on(wiring.mandates, now=wiring.clock(), secrets=wiring.secrets)
    return request


def _approve(vera: Person, _: Person) -> Step:
    request = _asked()
    vera.sign_in()
    person, path, form = _form(vera, f"/approvals/{request.visit}")
    return person, path, {**form, f"case_{request.case_id}": "1"}


def _refuse(vera: Person, _: Person) -> Step:
    request = _asked()
    vera.sign_in()
    person, path, form = _form(vera, f"/approvals/{request.visit}/refuse")
    return person, path, {**form, "block": "1", "tell": "1"}


def _refuse_by_letter(vera: Person, _: Person) -> Step:
    _asked()
    return _form(vera, vera.submit("/refuse", {"refusal": REFUSAL}).location)


FAULTS = {
    "another's transaction": (cancelled("ConditionalCheckFailed", "TransactionConflict"), False),
    "no answer, not done": (LOST, False),
    "no answer, done": (LOST, True),
}


@pytest.mark.parametrize(("error", "done"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("prepare", [_ask, _withdraw, _activate, _revoke, _approve, _refuse, _refuse_by_letter])
def test_a_change_without_an_answer_claims_nothing_and_can_be_sent_again(
    vera: Person,
    henk: Person,
    wired: Wiring,
    prepare: Callable[[Person, Person], Step],
    error: Exception,
    *,
    done: bool,
) -> None:
    person, path, form = prepare(vera, henk)
    well = wired.register
    wired.register = RegisterTable(
        Losing(aws.client("dynamodb"), error, names=["transact_write_items"], done=done), well.name, Patience(0.0)
    )
    wired.__dict__.pop("mandates", None)
    page = person.post(path, form)
    assert page.status == 503
    assert "we do not know whether this was done" in page.body
    assert [words for words in UNTRUE if words in page.body] == []

    wired.register = well
    wired.__dict__.pop("mandates", None)
    assert person.post(path, form).status == 303
    assert _audit(wired) == sorted(dict.fromkeys(_audit(wired), 1))


def _audit(wired: Wiring) -> list[str]:
    """Return what happened, in all cases."""
    rows = aws.client("dynamodb").scan(TableName=wired.audit.name)["Items"]
    return sorted(row["what"]["S"] for row in rows)


def test_what_was_done_is_told_though_the_form_cannot_be_forgotten(vera: Person, wired: Wiring) -> None:
    person, path, form = _ask(vera, vera)
    client = Losing(aws.client("dynamodb"), LOST, names=["delete_item"], done=False)
    wired.transient = TransientTable(client, wired.transient.name)
    assert person.post(path, form).location.startswith("/requests/")


def test_a_page_is_shown_though_nobody_can_write_down_that_it_was(vera: Person, wired: Wiring, clock: Clock) -> None:
    vera.sign_in()
    clock.forward(minutes=5)
    client = Losing(aws.client("dynamodb"), LOST, names=["update_item"], done=False)
    wired.transient = TransientTable(client, wired.transient.name)
    assert vera.get("/mandates").status == 200


def test_somebody_signs_in_though_the_peppers_of_codes_cannot_be_read(vera: Person, wired: Wiring) -> None:
    read = wired.keyring._read

    def unless_peppers(name: str) -> str:
        if name == "code-peppers":
            raise Unavailable("secrets")
        return read(name)

    wired.keyring._read = unless_peppers
    vera.sign_in()
    assert vera.get("/mandates").status == 200


def test_where_nothing_was_written_the_page_says_so(vera: Person, wired: Wiring) -> None:
    vera.sign_in()
    wired.__dict__["catalogue"] = DynamoCatalogue(CatalogueTable(Down(), "catalogue"))
    page = vera.get("/request")
    assert page.status == 503
    assert "Nothing was changed" in page.body


@pytest.mark.parametrize("down", ["transient", "vault", "keyring"])
def test_a_page_comes_whatever_is_down(vera: Person, wired: Wiring, clock: Clock, down: str) -> None:
    """Also for a form whose session ran out: it cannot be kept, and the page says so."""
    vera.sign_in()
    _, path, form = _form(vera, "/activate")
    wired.__dict__[down] = {
        "transient": TransientTable(Down(), "transient"),
        "vault": KmsVault(Down(), "key"),
        "keyring": Keyring(lambda _: (_ for _ in ()).throw(Unavailable("secrets")), clock),
    }[down]
    answers = [vera.get("/mandates"), vera.post(path, form), vera.get("/login"), vera.get("/saml/metadata")]
    clock.forward(minutes=20)
    answers.append(vera.post(path, form))
    for answer in answers:
        assert answer.status in (200, 303, 401, 422, 503)
        assert answer.body.startswith("<!doctype html>") or answer.status == 303 or answer.body.startswith("<?xml")
    assert any(answer.status == 503 for answer in answers)


def test_a_form_that_cannot_be_kept_is_not_said_to_be(vera: Person, wired: Wiring, clock: Clock) -> None:
    vera.sign_in()
    _, path, form = _form(vera, "/activate")
    clock.forward(minutes=20)
    name = wired.transient.name
    wired.transient = TransientTable(Losing(aws.client("dynamodb"), LOST, names=["put_item"], done=False), name)
    page = vera.post(path, form)
    assert page.status == 401
    assert "We could not keep what you filled in" in page.body
    assert "is kept" not in page.body


@pytest.mark.parametrize("broken", ["log", "count", "page"])
def test_what_is_told_elsewhere_keeps_nobody_from_an_answer(
    vera: Person, wired: Wiring, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    vera.sign_in()
    wired.__dict__["catalogue"] = DynamoCatalogue(CatalogueTable(Down(), "catalogue"))
    monkeypatch.setattr(failures, broken, fails)
    page = vera.get("/request")
    assert page.status == (500 if broken == "page" else 503)
    assert page.body.startswith("<!doctype html>")


def test_a_metric_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    monkeypatch.delenv("POWERTOOLS_METRICS_NAMESPACE")
    observe.count(observe.Metric.SIGNED_IN)


def test_a_page_for_nobody_in_particular_makes_no_client_of_aws(wired: Wiring, mina: Person) -> None:
    """Making one costs a new function a quarter of a second, and fails with what is down."""
    started = Wiring(wired.settings, wired.clock)
    made: list[str] = []
    started.client = made.append  # type: ignore[method-assign, assignment]
    use(started)
    assert [mina.get(path).status for path in ("/", "/mandates", "/nothing")] == [200, 401, 404]
    assert made == []


@pytest.mark.parametrize(("service", "answers_within"), [("dynamodb", 3), ("kms", 3), ("lambda", 8)])
def test_a_call_that_hangs_twice_leaves_time_for_an_answer_and_a_page_has_time_to_be_set(
    service: str, answers_within: float, wired: Wiring
) -> None:
    config = wired.client(service).meta.config
    assert config.read_timeout == answers_within
    assert config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout) <= LONGEST
