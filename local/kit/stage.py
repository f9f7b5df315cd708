"""The application in this process, as it is deployed, with a clock that the kit can set forward."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lxml import etree
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from chalicelib.application import application
from chalicelib.catalogue.model import Service
from chalicelib.days import today
from chalicelib.mandates.living.revoking import revoke
from chalicelib.mandates.model.cases import visit_of
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.own.activating import activate
from chalicelib.mandates.own.requesting import Wish, ask
from chalicelib.mandates.rules.wanted import WantedService, choose_period
from chalicelib.people.actor import Citizen
from chalicelib.people.brp.person import Found
from chalicelib.people.brp.query import FIELDS
from chalicelib.people.brp.reading import read_answer
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from local import aws
from local.brp.records import register
from local.digid.answers import cancelled, signed_in
from local.digid.direct import DirectDigid
from local.digid.engine import Engine
from local.digid.names import NAMES
from local.gateway import Gateway
from local.stack import Stack, settings
from provisioning.keys import new_key_pair

BASE, DIGID = "http://localhost:8000", "https://digid.example"
REPRESENTED, REPRESENTATIVE = Bsn("900100084"), Bsn("900100758")
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_ACTION = re.compile(r'<form id="go-on" method="post" action="([^"]*)"')
_DAYS = 365


@dataclass(slots=True)
class Clock:
    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class _Register:
    """The population register's people, without its server."""

    def find(self, numbers: Iterable[Bsn]) -> Found:
        asked = [bsn.digits for bsn in numbers]
        return read_answer(asked, register(asked, FIELDS))

    def check(self) -> None:
        """Answer always."""


class Stage:
    """One browser, DigiD, and the application."""

    def __init__(self, wired: Wiring, clock: Clock) -> None:
        self.wired, self.clock = wired, clock
        self._browser = Browser(Gateway(application(wired), BASE))
        keys = new_key_pair("digid of the test kit", days=_DAYS)
        ours = lambda: self.get("/saml/digid/metadata").data  # noqa: E731
        self._digid = DirectDigid(Engine(f"{DIGID}/metadata", f"{DIGID}/sso", keys, ours, clock))
        wired.back_channel = self._digid
        wired.catalogue.put_identity_provider(self._digid.metadata)

    def get(self, address: str) -> TestResponse:
        return self._browser.get(address.removeprefix(BASE), base_url=BASE)

    def post(self, address: str, form: Mapping[str, str]) -> TestResponse:
        return self._browser.post(address.removeprefix(BASE), data=dict(form), base_url=BASE)

    def resolve(self, body: bytes, certificate: str) -> etree._Element | None:
        """Resolve an artifact, showing a certificate; return the Response inside, if there is one."""
        answer = self._browser.post(
            "/saml/artifact",
            data=body,
            content_type="text/xml",
            base_url=BASE,
            environ_overrides={"SSL_CLIENT_CERT": certificate},
        )
        return etree.fromstring(answer.data).find(".//p:Response", NAMES)

    def pass_digid(self, start: TestResponse, level: str, *, cancel: bool = False) -> TestResponse:
        asked = self._digid.take(*_form_in(start))
        outcome = cancelled(asked) if cancel else signed_in(asked, REPRESENTATIVE.digits, level)
        return self.get(self._digid.engine.way_back(outcome))

    def mandate(self, service: Service) -> Mandate:
        """Let one test person act for another, as if the letter had come and gone."""
        wired, now = self.wired, self.clock()
        period = choose_period(service, today(now), None, now)
        visit_id, wanted = visit_of(wired.new_id()), (WantedService(service, period),)
        opened = ask(
            Wish(visit_id, self._signed_in(REPRESENTED), REPRESENTED, wanted, "nl", wired.site),
            store=wired.mandates,
            people=wired.people,
            tries=wired.tries,
            letters=wired.letters,
            secrets=wired.secrets,
            pick=wired.pick,
            now=now,
        )
        (made,) = activate(
            opened.requests[0].represented,
            opened.requests[0].case_id,
            by=self._signed_in(REPRESENTATIVE),
            bsn=REPRESENTATIVE,
            services={service.service_id: service},
            store=wired.mandates,
            secrets=wired.secrets,
            now=now,
        )
        return made

    def revoke(self, mandate: Mandate) -> None:
        revoke(self._signed_in(REPRESENTED), mandate.case_id, store=self.wired.mandates, now=self.clock())

    def _signed_in(self, bsn: Bsn) -> Citizen:
        return Citizen(self.wired.secrets.pseudonyms.person(bsn), 30)


def _form_in(page: TestResponse) -> tuple[str, dict[str, str]]:
    """Return where a page's form goes, and what it brings there."""
    action = _ACTION.search(page.text)
    fields = {name: unescape(value) for name, value in _HIDDEN.findall(page.text)}
    return unescape(action[1]) if action else page.headers.get("Location", ""), fields


def posted(page: TestResponse) -> etree._Element:
    """Return the Response that a page takes to the provider."""
    fields = _form_in(page)[1]
    return etree.fromstring(base64.b64decode(fields["SAMLResponse"]))


def artifact_in(answer: TestResponse) -> str:
    return parse_qs(urlsplit(answer.headers["Location"]).query)["SAMLart"][0]


@contextmanager
def stage() -> Iterator[Stage]:
    with aws.in_process():
        yield on_stage()


def on_stage() -> Stage:
    """Return a stage on the AWS that is in this process already."""
    clock = Clock()
    wired: Any = Wiring(settings(Stack(8000)), clock)
    wired.people = _Register()
    return Stage(wired, clock)
