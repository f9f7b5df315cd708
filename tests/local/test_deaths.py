"""The stand-in of the population register tells of deaths, and answers as it does of who died."""

import json
import threading
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from urllib.request import Request, urlopen

import pytest
from werkzeug.test import Client

from chalicelib.mandates.living.leaving import read_death
from chalicelib.people.brp.person import Standing
from chalicelib.people.brp.query import FIELDS
from chalicelib.people.brp.reading import read_answer
from chalicelib.people.bsn import Bsn
from local import aws
from local.brp.site import PATH, brp_site, key_holder
from local.brp.telling import tell_deaths, to_queue
from local.persons import persons
from local.serving import serve_in_thread
from tests import inside
from tests.builders import HENK, MINA, VERA

ASKING = {"x-api-key": "key", "accept": "application/json", "content-type": "application/json"}


@pytest.fixture
def site() -> Client:
    return Client(brp_site(key_holder("key")))


def _lives(site: Client, bsn: Bsn) -> bool:
    """Ask as the application does."""
    question = {"type": "RaadpleegMetBurgerservicenummer", "burgerservicenummer": [bsn.digits], "fields": list(FIELDS)}
    answer = site.post(PATH, data=json.dumps(question), headers=ASKING).json
    assert answer is not None
    return read_answer([bsn.digits], answer["personen"]).people[bsn].standing is Standing.CURRENT


def test_who_dies_is_dead_from_then_on_and_told_once(site: Client) -> None:
    assert _lives(site, VERA)
    for _ in range(2):
        assert site.post("/died", data={"bsn": VERA.digits}).status_code == 303
    assert (_lives(site, VERA), _lives(site, HENK)) == (False, True)
    assert site.get("/deaths.json").json == [VERA.digits]


def test_a_page_lists_who_can_die_and_who_has(site: Client) -> None:
    name = persons()[VERA.digits].name
    site.post("/died", data={"bsn": VERA.digits})
    page = site.get("/?lang=en").text
    assert f'value="{VERA.digits}"' not in page
    assert f'value="{HENK.digits}"' in page
    assert name in page.partition("Died</h2>")[2]


@pytest.mark.parametrize("bsn", ["", "000000000", "x"])
def test_nobody_dies_who_is_not_there(site: Client, bsn: str) -> None:
    assert site.post("/died", data={"bsn": bsn}).status_code == 404
    assert site.get("/deaths.json").json == []


@pytest.fixture
def register() -> Iterator[str]:
    server = serve_in_thread(brp_site(key_holder("key")), 0)
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


def test_each_death_is_told_once_in_its_order(register: str) -> None:
    heard, stop = SimpleQueue[Bsn](), threading.Event()
    thread = tell_deaths(register, heard.put, stop)
    for bsn in (VERA, MINA):
        _post(f"{register}/died", bsn)
    assert [heard.get(timeout=10) for _ in range(2)] == [VERA, MINA]
    with pytest.raises(Empty):
        heard.get(timeout=2)
    stop.set()
    thread.join(5)


def _post(address: str, bsn: Bsn) -> None:
    asked = Request(address, f"bsn={bsn.digits}".encode())
    with urlopen(asked, timeout=5) as answer:
        assert answer.status == 200


def test_a_death_comes_to_the_queue_in_the_form_that_is_read(cloud: None) -> None:  # noqa: ARG001 - only set up
    to_queue(VERA)
    (message,) = inside.queue("deaths")._messages
    assert read_death(message.body) == VERA
    url = aws.client("sqs").get_queue_url(QueueName=f"{aws.NAME}-deaths")["QueueUrl"]
    assert aws.client("sqs").receive_message(QueueUrl=url)["Messages"]
    inside.queue("deaths")._messages = []
