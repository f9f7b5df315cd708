"""The canary: after all those journeys, what is secret stands in nothing that CloudWatch received (invariant 6)."""

import re

from local.persons import persons
from tests.deploy.emulator import client
from tests.deploy.world import World

_XML = re.compile(r"<\??(?:\w+:)?(?:xml|Response|Assertion|AuthnRequest|Envelope)\b|PHNhbWw|SAMLRe(?:quest|sponse)=")

_OUR_WORDS = {"Letter"}
"""Names of people that are also words of ours, in names of functions."""


def _hidden(world: World) -> set[str]:
    """Return everything about people that must not be found: numbers, names, addresses, and what they held."""
    found = set(world.hidden)
    for person in persons().values():
        found |= {person.bsn, person.surname, person.street, person.postcode, *person.abroad}
        found |= {person.born} if not person.born.startswith("0000") else set()
    return {text for text in found - _OUR_WORDS if len(text) > 4}


def _found(world: World, text: str) -> list[str]:
    """Return what of all that stands in a text as a word of its own: a surname may be part of another word."""
    return [one for one in _hidden(world) if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text)]


def test_no_number_code_name_address_cookie_or_message_is_in_a_log(world: World, on_domain: str) -> None:  # noqa: ARG001
    logged = world.logged()
    for event in ("mandate_requested", "letter_printed", "mandate_activated", "provider_answered", "mandate_changed"):
        assert event in logged, "the journeys were logged"
    assert len(world.hidden) > 50
    assert _found(world, logged) == []
    assert not _XML.search(logged)


def test_nor_in_a_metric_an_alarm_or_a_trace(world: World, on_domain: str) -> None:  # noqa: ARG001
    watch = client("cloudwatch")
    told = repr([watch.list_metrics(), watch.describe_alarms(), watch.list_dashboards()])
    assert _found(world, told) == []
    assert all(
        client("lambda").get_function_configuration(FunctionName=world.physical(name))["TracingConfig"]["Mode"]
        == "PassThrough"
        for name in ("APIHandler", "PrintLetter")
    ), "no trace is made"


def test_nor_in_what_the_deploy_said(world: World, on_domain: str) -> None:  # noqa: ARG001
    said = "".join(world.said)
    assert "BEGIN" not in said
    assert _found(world, said) == []


def test_every_event_has_a_static_name(world: World, on_domain: str) -> None:  # noqa: ARG001
    names = {line["message"] for line in world.lines() if "level" in line}
    assert all(re.fullmatch(r"[a-z][a-z_]+", name) for name in names), names
