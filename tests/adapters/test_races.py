"""Several at once: what comes of it could have come of one after the other, and the trail tells that order."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from chalicelib.audit.trail import Happening
from chalicelib.errors import Conflict, NotFound, Refused
from chalicelib.mandates.living.revoking import revoke
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.mandates import MandateState
from chalicelib.mandates.model.requests import RequestState
from chalicelib.mandates.own.requesting import withdraw
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.storage.table import Condition
from tests.adapters.conftest import askers_of, books_of, tables_of
from tests.builders import (
    GENEROUS,
    HENK,
    MINA,
    NOW,
    SECRETS,
    SERVICE_ID,
    VERA,
    a_bare_request,
    a_request,
    activated,
    an_opening,
    claim_of,
    signed_in,
)
from tests.fakes import SEALING
from tests.lost import Repeating

PERSON = SECRETS.pseudonyms.person
ROUNDS = 4


@pytest.fixture(params=[lambda client: client, Repeating], ids=["", "answers lost"])
def store(request: pytest.FixtureRequest, dynamodb: Any) -> DynamoMandates:
    client = request.param(dynamodb)
    return DynamoMandates(tables_of(client), SEALING, books_of(client, GENEROUS), askers_of(client))


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do things at the same moment; return what came of each: its value, or the refusal."""
    begin = Barrier(len(acts))

    def act(one: Callable[[], object]) -> object:
        begin.wait()
        try:
            return one()
        except (Refused, NotFound, Conflict) as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def _open(store: DynamoMandates, number: int) -> CaseId:
    case_id = CaseId(f"{number:032x}")
    request = a_request(case_id=case_id, represented=PERSON(VERA), letter_id=f"{number:036x}")
    store.open_requests(an_opening(request))
    return case_id


def _happened(store: DynamoMandates, case_id: CaseId) -> list[Happening]:
    return sorted(event.what for event in store.history(case_id, {}))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_two_representatives_and_a_withdrawal_one_is_first(store: DynamoMandates, number: int) -> None:
    case_id = _open(store, number)
    first, second, third = at_once(
        [
            lambda: activated(case_id, HENK, store),
            lambda: activated(case_id, MINA, store),
            lambda: withdraw(PERSON(VERA), case_id, by=signed_in(VERA), store=store, now=NOW),
        ]
    )
    request, mandate = store.request(PERSON(VERA), case_id), store.mandate(case_id)
    assert request is not None
    if mandate is None:
        assert request.ended is RequestState.WITHDRAWN
        assert (third, isinstance(first, Refused), isinstance(second, Refused)) == (None, True, True)
        assert _happened(store, case_id) == [Happening.REQUESTED, Happening.WITHDRAWN]
    else:
        assert request.ended is RequestState.ACTIVATED
        assert isinstance(third, Refused)
        assert [one for one in (first, second) if not isinstance(one, Refused)] == [mandate]
        assert _happened(store, case_id) == [Happening.ACTIVATED, Happening.REQUESTED]
    assert store.codes(claim_of(request)) == []
    held = [store.held(PERSON(who)) for who in (HENK, MINA)]
    assert sum(map(len, held)) == len(store.given(PERSON(VERA))) == (mandate is not None)


def _ask_as_before(client: Any, number: int) -> None:
    """Ask as the release before does, which knows one requester: these are its rows and its condition."""
    person, service, day = PERSON(VERA), SERVICE_ID, NOW + timedelta(days=42)
    key = {"pk": f"PERSON#{person}", "sk": f"OPEN#{service}"}
    mark = {**key, "case_id": f"{number:032x}", "expires_at": day.isoformat()}
    free = Condition(
        "attribute_not_exists(pk) OR expires_at <= :now OR case_id = :gone", {}, {":now": NOW.isoformat(), ":gone": ""}
    )
    table = tables_of(client).register
    table.write_together([table.putting(mark, free)])


@pytest.mark.parametrize("number", range(ROUNDS))
def test_who_asks_before_and_after_a_release_at_once_has_one_open_request(
    store: DynamoMandates, dynamodb: Any, number: int
) -> None:
    before, after = at_once([lambda: _ask_as_before(dynamodb, 100 + number), lambda: _open(store, number)])
    assert isinstance(before, Conflict) != isinstance(after, Conflict)
    mark = tables_of(dynamodb).register.get(f"PERSON#{PERSON(VERA)}", f"OPEN#{SERVICE_ID}")
    assert mark is not None
    assert mark["case_id"] == f"{100 + number if before is None else number:032x}"
    strange = a_bare_request(case_id=CaseId("strange"), represented=PERSON(VERA), requester=signed_in(HENK))
    store.open_requests(an_opening(strange))


def test_clicks_on_activate_make_one_mandate_and_all_have_it(store: DynamoMandates) -> None:
    case_id = _open(store, 1)
    made = at_once([lambda: activated(case_id, HENK, store)] * 4)
    assert made == [store.mandate(case_id)] * 4
    assert _happened(store, case_id) == [Happening.ACTIVATED, Happening.REQUESTED]


def test_clicks_on_withdraw_withdraw_once(store: DynamoMandates) -> None:
    case_id = _open(store, 1)
    click = partial(withdraw, PERSON(VERA), case_id, by=signed_in(VERA), store=store, now=NOW)
    assert at_once([click] * 4) == [None] * 4
    assert _happened(store, case_id) == [Happening.REQUESTED, Happening.WITHDRAWN]


def test_both_sides_revoke_and_it_is_one_revocation(store: DynamoMandates) -> None:
    case_id = _open(store, 1)
    activated(case_id, HENK, store)
    sides = [lambda who=who: revoke(signed_in(who), case_id, store=store, now=NOW) for who in (VERA, HENK, VERA, HENK)]
    assert not any(isinstance(one, Exception) for one in at_once(sides))
    (given,), (held,) = store.given(PERSON(VERA)), store.held(PERSON(HENK))
    assert given == held
    assert given.state(NOW) is MandateState.REVOKED
    assert _happened(store, case_id) == [Happening.ACTIVATED, Happening.REQUESTED, Happening.REVOKED]


def test_activating_and_revoking_at_once_ends_as_one_after_the_other(store: DynamoMandates) -> None:
    case_id = _open(store, 1)
    at_once(
        [
            lambda: activated(case_id, HENK, store),
            lambda: revoke(signed_in(VERA), case_id, store=store, now=NOW),
            lambda: revoke(signed_in(HENK), case_id, store=store, now=NOW),
        ]
    )
    mandate = store.mandate(case_id)
    assert mandate is not None
    revoked = mandate.state(NOW) is MandateState.REVOKED
    assert (Happening.REVOKED in _happened(store, case_id)) is revoked
    assert store.held(PERSON(HENK)) == [mandate]
