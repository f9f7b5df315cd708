"""What is kept of the catalogue comes back as it was: a law, for every service and connection."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalogue.items import CONNECTION, SERVICE
from chalicelib.catalogue.model import (
    MOST_REQUEST_DAYS,
    Announcement,
    Authorisation,
    Connection,
    EntityId,
    Profile,
    Relation,
    RelationKind,
    Representation,
    Service,
    ServiceId,
    Validity,
    search,
)
from chalicelib.mandates.register.tries import LIMITS
from chalicelib.storage.table import typed, untyped
from tests.builders import a_service

MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
VALIDITIES = st.builds(Validity, st.booleans(), st.none() | MOMENTS, st.none() | MOMENTS)
WORDS = st.text(min_size=1, max_size=20)
TEXTS = st.fixed_dictionaries({"nl": WORDS, "en": WORDS})
IDS = st.uuids().map(str)
LEVELS = st.sampled_from([10, 20, 25, 30])
BEHIND = st.lists(st.builds(Relation, IDS.map(ServiceId), st.sampled_from(RelationKind), VALIDITIES), max_size=3).map(
    tuple
)
ANNOUNCED = st.none() | st.builds(Announcement, LEVELS, MOMENTS, WORDS)
SERVICES = st.builds(
    Service,
    service_id=IDS.map(ServiceId),
    entity_id=WORDS.map(EntityId),
    index=st.none() | st.integers(0, 65535),
    provider=WORDS,
    name=TEXTS,
    description=TEXTS,
    level=LEVELS,
    max_days=st.integers(1, 3650),
    request_days=st.integers(1, MOST_REQUEST_DAYS),
    minimum_age_represented=st.integers(0, 120),
    minimum_age_representative=st.integers(0, 120),
    code_on_screen=st.none() | LEVELS,
    letter_level=LEVELS,
    keywords=st.lists(WORDS, max_size=3).map(tuple),
    behind=BEHIND,
    connection=st.none() | WORDS.map(EntityId),
    announced=ANNOUNCED,
    authorisation=st.sampled_from(Authorisation),
    digid=st.booleans(),
    mandatable=st.booleans(),
    consent_question=st.none() | TEXTS,
    explanation=st.none() | TEXTS,
    position=st.integers(0, 1000),
    popular=st.booleans(),
    website=st.none() | WORDS,
    upl=st.none() | WORDS,
    app=st.none() | st.dictionaries(WORDS, WORDS, min_size=1, max_size=3),
    legacy_id=st.none() | WORDS,
    valid=st.lists(VALIDITIES, max_size=3).map(tuple),
)
CONNECTIONS = st.builds(
    Connection,
    entity_id=WORDS.map(EntityId),
    name=WORDS,
    metadata=st.binary(min_size=1, max_size=50),
    unasked=st.sampled_from(Representation),
    profile=st.sampled_from(Profile),
    organisation=WORDS,
    role=WORDS,
    sso_domain=st.none() | WORDS,
    version=WORDS,
    mutual_tls=st.booleans(),
    valid=st.lists(VALIDITIES, max_size=3).map(tuple),
)


@given(SERVICES)
def test_a_service_comes_back_as_it_was(service: Service) -> None:
    assert SERVICE.value(untyped(typed(SERVICE.item(service)))) == service


@given(CONNECTIONS)
def test_a_connection_comes_back_as_it_was(connection: Connection) -> None:
    assert CONNECTION.value(untyped(typed(CONNECTION.item(connection)))) == connection


@given(VALIDITIES, MOMENTS)
def test_a_validity_covers_its_begin_and_not_its_end(valid: Validity, now: datetime) -> None:
    inside = (valid.since is None or valid.since <= now) and (valid.until is None or now < valid.until)
    assert valid.covers(now) == (valid.active and inside)
    assert not (valid.until is not None and valid.covers(valid.until))


@given(st.builds(a_service, behind=BEHIND), MOMENTS)
def test_only_portals_and_sets_open_what_is_behind_them(service: Service, now: datetime) -> None:
    openers = set(service.opened_by(now)) - {service.service_id}
    for relation in service.behind:
        closed = relation.kind in (RelationKind.MAILBOX, RelationKind.MEDIATION) or not relation.valid.covers(now)
        others = [one for one in service.behind if one.parent == relation.parent and one is not relation]
        assert not (closed and relation.parent in openers and not others)


@given(st.builds(a_service, level=LEVELS, announced=ANNOUNCED, code_on_screen=st.none() | LEVELS), LEVELS, MOMENTS)
def test_a_code_is_shown_on_screen_to_nobody_below_either_level(service: Service, level: int, now: datetime) -> None:
    low = service.code_on_screen is None or level < service.code_on_screen or level < service.level_at(now)
    assert service.shows_code(level, now) is not low


@given(st.builds(a_service, level=LEVELS, announced=ANNOUNCED, letter_level=LEVELS), MOMENTS)
def test_a_letters_code_opens_what_asks_no_more_than_it_counts_as(service: Service, now: datetime) -> None:
    assert service.letter_suffices(now) is (min(service.letter_level, service.level_at(now)) == service.level_at(now))


def test_without_a_word_a_letter_opens_what_asks_level_20_and_nothing_above_it() -> None:
    now = datetime(2031, 5, 17, tzinfo=UTC)
    assert [level for level in (10, 20, 25, 30) if a_service(level=level).letter_suffices(now)] == [10, 20]
    announced = Announcement(25, now)
    assert a_service(announced=announced).letter_suffices(now - timedelta(seconds=1))
    assert not a_service(announced=announced).letter_suffices(now)


@given(st.lists(st.builds(a_service, name=TEXTS, popular=st.booleans(), position=st.integers(0, 1000)), max_size=5))
def test_what_is_asked_for_often_comes_first_and_then_what_its_position_says(services: list[Service]) -> None:
    found = search(services, "", "nl")
    assert [(not one.popular, one.position) for one in found] == sorted(
        (not one.popular, one.position) for one in found
    )


def test_no_code_outlives_what_is_remembered_of_guesses_at_it() -> None:
    assert timedelta(days=MOST_REQUEST_DAYS + 2) < LIMITS["pair"].kept
