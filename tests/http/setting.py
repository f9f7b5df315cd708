"""The application as tests and benchmarks run it: real adapters on moto, one provider, DigiD and the people made up."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from chalice.test import Client

from chalicelib.catalogue.model import Connection, EntityId, Relation
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.people.brp.person import Found
from chalicelib.people.brp.query import FIELDS
from chalicelib.people.brp.reading import read_answer
from chalicelib.settings import Settings
from chalicelib.wiring import Wiring
from local.brp.records import register as handed_out
from local.digid.direct import DirectDigid
from local.digid.engine import Engine
from local.digid.forms import DIGID as DIGID_FORM
from local.digid.forms import Form
from local.papers import papers
from local.persons import persons
from local.stack import Stack, settings
from provisioning.resources import read_resources
from tests import inside
from tests.builders import PORTAL_ID, a_service
from tests.fakes import FakeRegister
from tests.http.client import BASE, DIGID, DIGID_KEYS
from tests.process import current, now, use
from tests.saml.provider import ENTITY_ID, FakeProvider

ROOT = Path(__file__).parent.parent.parent


def wire(clock: Callable[[], datetime]) -> Wiring:
    """Return a new wiring of this process, on tables that hold the provider and DigiD and nothing else."""
    inside.empty()
    if not _REGISTERED:
        register(begin(clock))
        _REGISTERED.update(inside.kept("catalogue"))
    inside.put_back(_REGISTERED)
    made = begin(clock)
    made.people = _people()
    _ask_digid(made)
    _AS_MADE.clear()
    _AS_MADE.update(vars(made), now=clock())
    return made


_REGISTERED: dict[str, bytes] = {}
"""The catalogue after the first time: it is the same for every test of a process."""

_AS_MADE: dict[str, object] = {}
"""What the wiring that was made last had then, and what its clock said: each adapter is made on its first use."""


def untouched() -> bool:
    """Return whether nobody has done anything since `wire`. Services may have come, but nothing else of a test."""
    facts = {name: fact for name, fact in vars(current()).items() if name != "catalogue"}
    own = type(current().catalogue) is DynamoCatalogue and vars(current().people) == vars(_people())
    return own and {**facts, "now": now()} == _AS_MADE


def as_function(name: str, made: Wiring) -> Wiring:
    """Return the wiring of a function of that name: it has the settings that the template gives it and no others."""
    given = read_resources()["Resources"][name]["Properties"]["Environment"]["Variables"]
    kept = {key: value for key, value in made.settings.environment.items() if key in {*given, "AWS_REGION"}}
    return Wiring(Settings(kept), made.clock)


def begin(clock: Callable[[], datetime]) -> Wiring:
    """Return a new wiring of this process."""
    made = Wiring(settings(Stack(1)).replaced(base_url=BASE), clock)
    made.papers = papers(made)
    use(made)
    return made


def register(made: Wiring) -> None:
    """Make up the people, DigiD and a provider with two services."""
    made.people = _people()
    pin_digid(made)
    made.catalogue.put_connection(Connection(EntityId(ENTITY_ID), "Gemeente Ominous", FakeProvider().metadata()))
    made.catalogue.put_service(a_service(entity_id=EntityId(ENTITY_ID), behind=(Relation(PORTAL_ID),)))
    portal = a_service(service_id=PORTAL_ID, index=3, entity_id=EntityId(ENTITY_ID), name={"nl": "Alles", "en": "All"})
    made.catalogue.put_service(portal)


def _people() -> FakeRegister:
    found = _read()
    return FakeRegister(found.people, found.unreadable)


@cache
def _read() -> Found:
    everyone = list(persons())
    return read_answer(everyone, handed_out(everyone, FIELDS))


def pin_digid(made: Wiring, *, by_artifact: bool = True, form: Form = DIGID_FORM) -> DirectDigid:
    """Let DigiD, or another identity provider, sign people in for the process's wiring, which is `made`."""
    digid = _ask_digid(made, by_artifact=by_artifact, form=form)
    made.catalogue.put_identity_provider(digid.metadata)
    return digid


def _ask_digid(made: Wiring, *, by_artifact: bool = True, form: Form = DIGID_FORM) -> DirectDigid:
    ours = f"/saml/digid/metadata?answer={'artifact' if by_artifact and not form.encrypted else 'post'}"
    engine = Engine(
        f"{DIGID}/metadata",
        f"{DIGID}/sso",
        DIGID_KEYS,
        lambda: _get(ours),
        made.clock,
        by_artifact=by_artifact,
        form=form,
    )
    digid = DirectDigid(engine)
    current().back_channel = digid
    return digid


def _get(path: str) -> bytes:
    from tests.process import app  # noqa: PLC0415 - who only fills tables needs no application

    with Client(app, project_dir=str(ROOT)) as client:
        return bytes(client.http.get(path).body)
