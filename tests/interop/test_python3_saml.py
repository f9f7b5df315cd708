"""python3-saml, unmodified, as a service provider. It asks by Redirect and takes answers by POST, and no other way."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from onelogin.saml2.auth import OneLogin_Saml2_Auth

from chalicelib.wiring import Wiring
from local.provider.saml import ACTING, LEGAL, _OnBehalfAuth, metadata, settings
from provisioning.keys import KeyPair, new_key_pair
from tests.builders import HENK, VERA
from tests.http.client import Answer, Person, at_digid
from tests.http.journey import walk_to_mandate
from tests.interop.partner import plug_in
from tests.interop.rollover import connect_anew, with_another_key

ADDRESS = "https://onelogin.example"
SERVICE_ID = "42424242-4242-4242-8242-424242424242"
KEYS, STRANGER = new_key_pair("onelogin"), new_key_pair("stranger")


class Provider:
    """A provider whose engineer uses python3-saml."""

    def __init__(self, person: Person, keys: KeyPair = KEYS) -> None:
        self._settings = settings(ADDRESS, keys, person.client.http.get("/saml/metadata").body)

    def metadata(self) -> str:
        return metadata(self._settings).decode()

    def start(self, person: Person, *, represented: bool = False) -> Answer:
        self._client = self._for({}, represented=represented)
        address = urlsplit(self._client.login(return_to="/me"))
        return person.get(f"{address.path}?{address.query}")

    def read(self, page: Answer) -> tuple[dict[str, list[str]], str]:
        """Return the attributes of an answer, or why it is refused."""
        client = self._for(page.hidden)
        client.process_response(request_id=self._client.get_last_request_id())
        return client.get_attributes(), client.get_last_error_reason() or ""

    def _for(self, form: dict[str, str], *, represented: bool = False) -> OneLogin_Saml2_Auth:
        seen: dict[str, Any] = {
            "https": "on",
            "http_host": "onelogin.example",
            "script_name": "/acs",
            "get_data": {},
            "post_data": form,
        }
        return (_OnBehalfAuth if represented else OneLogin_Saml2_Auth)(seen, self._settings)


@pytest.fixture
def provider(henk: Person, wired: Wiring, tmp_path: Path) -> Provider:
    made = Provider(henk)
    plug_in(wired, tmp_path, made.metadata(), SERVICE_ID)
    return made


def test_someone_signs_in_for_themself(henk: Person, provider: Provider) -> None:
    attributes, problem = provider.read(henk.pass_digid(provider.start(henk)))
    assert problem == ""
    assert attributes[ACTING] == [HENK.digits]
    assert LEGAL not in attributes


def test_someone_signs_in_for_another(vera: Person, henk: Person, provider: Provider) -> None:
    case_id = walk_to_mandate(vera, henk, service_id=SERVICE_ID)
    choice = henk.pass_digid(provider.start(henk, represented=True)).location
    attributes, problem = provider.read(henk.post(choice, {"person": case_id}))
    assert problem == ""
    assert attributes[LEGAL] == [VERA.digits]


@pytest.mark.parametrize("first", [True, False])
def test_while_it_changes_certificates_either_reads(
    henk: Person, provider: Provider, wired: Wiring, *, first: bool
) -> None:
    connect_anew(wired, f"{ADDRESS}/metadata", with_another_key(provider.metadata(), STRANGER, first=first))
    assert provider.read(henk.pass_digid(provider.start(henk)))[0][ACTING] == [HENK.digits]


def test_who_cancels_is_told_to_the_provider(henk: Person, provider: Provider) -> None:
    page = henk.cancel(at_digid(provider.start(henk)))
    attributes, problem = provider.read(page)
    assert attributes == {}
    assert "Authentication cancelled" in problem


def test_a_request_with_another_key_is_refused(henk: Person, provider: Provider) -> None:
    assert provider.metadata()
    assert Provider(henk, STRANGER).start(henk).status == 400


def test_an_answer_that_was_changed_is_refused_by_the_client(henk: Person, provider: Provider) -> None:
    page = henk.pass_digid(provider.start(henk))
    message = base64.b64decode(page.hidden["SAMLResponse"]).replace(b"Success", b"Succes5")
    fields = {**page.hidden, "SAMLResponse": base64.b64encode(message).decode()}
    hidden = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
    assert provider.read(Answer(200, hidden, {}))[1]
