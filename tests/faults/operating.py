"""Flows that schedules start: partners' metadata."""

from lxml import etree

from chalicelib.catalogue.items import Source
from chalicelib.catalogue.model import EntityId
from chalicelib.saml.partners.watching import watch_partners
from tests.faults.flows import Flow, Step
from tests.faults.world import ONE, TWO, World
from tests.http.client import Answer
from tests.process import current
from tests.saml.provider import FakeProvider


def _document(provider: FakeProvider, number: int) -> bytes:
    root = etree.fromstring(provider.metadata())
    root.set("ID", f"_version{number}")
    return etree.tostring(provider.sign(root, at=0))


def _url(provider: FakeProvider) -> str:
    return provider.entity_id


def _published(world: World) -> None:
    """Let both partners have an address, and something new there."""
    catalogue = current().catalogue
    for provider in (ONE, TWO):
        source = Source(EntityId(provider.entity_id), _url(provider), None)
        catalogue.keep_version(source, _document(provider, 1), world.clock.now)
    world.facts.update({_url(provider): _document(provider, 2) for provider in (ONE, TWO)})
    world.clock.forward(hours=1)


def _watch(world: World) -> Answer:
    watch_partners(current().catalogue, lambda url: bytes(world.facts[url]), world.clock.now)
    return Answer(200, "done", {})


def _renewed(world: World) -> bool:
    """Tell whether an hour later what is new counts at both, and is kept once beside what was."""
    world.clock.forward(hours=1)
    _watch(world)
    catalogue = current().catalogue
    return all(
        b"_version2" in catalogue.connection(provider.entity_id).metadata
        and [b"_version2" in document for _, document in catalogue.versions(provider.entity_id)] == [False, True]
        for provider in (ONE, TWO)
    )


FLOWS = (Flow("metadata watch", _published, (Step("watch", _watch),), _renewed),)
