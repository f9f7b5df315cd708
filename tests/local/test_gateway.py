"""The laptop's gateway: API Gateway's events, several at a time (issue: the laptop stack)."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chalice.app import Chalice, Response
from werkzeug.test import Client

from local.gateway import Gateway

BASE = "http://localhost:8000"
FORM = ["application/x-www-form-urlencoded"]


@pytest.fixture
def client() -> Client:
    app = Chalice(app_name="gateway-test")
    together = threading.Barrier(8, timeout=5)

    @app.route("/wait/{name}")
    def wait(name: str) -> str:
        together.wait()
        request = app.current_request
        assert request is not None
        assert request.query_params is not None
        return f"{name} {request.query_params['name']}"

    @app.route("/form", methods=["POST"], content_types=FORM)
    def form() -> Response:
        request = app.current_request
        assert request is not None
        body: Any = request.raw_body
        return Response(body.decode(), headers={"Set-Cookie": ["a=1", "b=2"], "Content-Type": "text/plain"})

    @app.route("/event")
    def event() -> Response:
        request = app.current_request
        assert request is not None
        return Response(json.dumps(request.to_dict(), default=str), headers={"Content-Type": "application/json"})

    @app.route("/call")
    def call() -> dict[str, Any]:
        request = app.current_request
        assert request is not None
        told = request.lambda_context
        assert told is not None
        left = told.get_remaining_time_in_millis()
        return {"name": told.function_name, "id": told.aws_request_id, "left": left}

    return Client(Gateway(app, BASE))


def test_requests_at_the_same_time_do_not_mix(client: Client) -> None:
    def ask(number: int) -> str:
        return client.get(f"/wait/{number}?name={number}", base_url=BASE).text

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [f"{number} {number}" for number in range(8)]


def test_forms_arrive_and_several_cookies_leave(client: Client) -> None:
    answer = client.post("/form", data={"a": "é", "b": ["1", "2"]}, base_url=BASE)
    assert answer.text == "a=%C3%A9&b=1&b=2"
    assert answer.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


def test_the_event_tells_who_asks_and_for_what(client: Client) -> None:
    seen = client.get("/event?x=1", base_url=BASE, environ_base={"REMOTE_ADDR": "127.0.0.1"}).json
    assert seen is not None
    assert seen["query_params"] == {"x": "1"}
    assert seen["context"]["identity"]["sourceIp"] == "127.0.0.1"
    assert seen["context"]["resourcePath"] == "/event"


def test_each_request_is_a_call_of_the_function_with_an_id_and_time_of_its_own(client: Client) -> None:
    first, second = (client.get("/call", base_url=BASE).json for _ in range(2))
    assert first is not None
    assert second is not None
    assert first["name"] == second["name"] == "digid-machtigen-api_handler"
    assert first["id"] != second["id"]
    assert 24_000 < first["left"] <= 25_000, "as .chalice/config.json says"


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_address_that_is_no_route_gets_the_page_that_api_gateway_shows(client: Client, method: str) -> None:
    answer = client.open("/no/such/route", base_url=BASE, method=method)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    for text in ("Deze pagina kunnen wij niet vinden", "We cannot find this page", f'href="{BASE}/?lang=en"'):
        assert text in answer.text


@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD", "OPTIONS"])
def test_a_method_that_an_address_does_not_take_is_the_applications_to_refuse(client: Client, method: str) -> None:
    answer = client.open("/form", base_url=BASE, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_body_that_is_too_large_is_refused(client: Client) -> None:
    answer = client.post("/form", base_url=BASE, content_type=FORM[0], data=b"x" * (7 * 1024 * 1024))
    assert answer.status_code == 413
    assert "What was sent is larger than we take" in answer.text


def test_a_page_under_another_host_name_is_sent_to_the_right_one(client: Client) -> None:
    answer = client.get("/event?x=1", base_url="http://127.0.0.1:8000", headers={"Accept": "text/html"})
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"{BASE}/event?x=1"
