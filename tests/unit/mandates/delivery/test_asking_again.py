"""Every answer that the population register may give when it is asked again whether a letter may go."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.audit.trail import Happening
from chalicelib.errors import NotFound, Unavailable
from chalicelib.letters.contract.letter import Letter, LetterKind
from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.contract.statuses import Mishap
from chalicelib.letters.life import LetterRow
from chalicelib.letters.posting import StaleLetter
from chalicelib.mandates.delivery.asking_again import AddressChecker
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.hiding import sealed_number
from chalicelib.mandates.register.transactions import Making
from chalicelib.people.actor import Cause, System
from chalicelib.people.brp.person import Person
from chalicelib.people.brp.reading import read_person
from chalicelib.people.bsn import Bsn
from tests.builders import (
    HENK,
    NOW,
    SECRETS,
    VERA,
    a_letter,
    a_mandate,
    a_request,
    an_opening,
    claim_of,
    making,
    signed_in,
)
from tests.fakes import FakeMandates, FakeRegister, FakeSender

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = NOW + 25 * HOUR

LIVING: dict[str, Any] = {
    "burgerservicenummer": VERA.digits,
    "naam": {"volledigeNaam": "Vera van der Gever"},
    "geboorte": {"datum": {"type": "Datum", "datum": "1948-03-12"}},
    "adressering": {
        "aanhef": "Geachte mevrouw Van der Gever",
        "aanschrijfwijze": {"naam": "V. van der Gever"},
        "adresregel1": "Lindelaan 12",
        "adresregel2": "1234 AB  Voorbeeld",
    },
    "verblijfplaats": {"type": "Adres"},
}
"""As the register has her, whose letter waits."""


def _but(**changes: object) -> dict[str, Any]:
    return {**LIVING, **changes}


def _addressed(**changes: object) -> dict[str, Any]:
    return _but(adressering={**LIVING["adressering"], **changes})


def _suspended(code: str) -> dict[str, Any]:
    return _but(opschortingBijhouding={"reden": {"code": code}, "datum": {"type": "Datum", "datum": "2031-05-18"}})


SENT, GONE, MOVED, DEAD = None, Mishap.UNKNOWN_ADDRESS, Mishap.MOVED, Mishap.DECEASED

ANSWERS: dict[str, tuple[dict[str, Any] | None, Mishap | None]] = {
    # machtigen.md 4.2, row by row
    "A: as it was": (LIVING, SENT),
    "G: not found": (None, GONE),
    "O: deceased": (_suspended("O"), DEAD),
    "E: emigrated": (_suspended("E"), GONE),
    "R: not resident": (_suspended("R"), GONE),
    "F: suspended by mistake": (_suspended("F"), GONE),
    "W: to be deleted": (_suspended("W"), GONE),
    ".: suspended, and nobody knows why": (_suspended("."), GONE),
    "M: by ministerial decree": (_suspended("M"), GONE),
    "a reason that there is not": (_suspended("X"), GONE),
    "suspended without a reason": (_but(opschortingBijhouding={"datum": {"type": "DatumOnbekend"}}), GONE),
    "the address is investigated": (_addressed(inOnderzoek={"adresregel1": True}), GONE),
    "its second line is": (_addressed(inOnderzoek={"adresregel2": True}), GONE),
    "does not live there, it turned out": (
        _addressed(indicatieVastgesteldVerblijftNietOpAdres=True),
        GONE,
    ),
    "secret": (_but(geheimhoudingPersoonsgegevens=True), SENT),
    # brp.md 5 to 8 and 10
    "deceased, and nothing is known of it": (_but(overlijden={}), DEAD),
    "not resident, and deceased": ({**_suspended("R"), "overlijden": {}}, DEAD),
    "moved within the Netherlands": (_addressed(adresregel1="Eikenlaan 3"), MOVED),
    "moved to another place": (_addressed(adresregel2="4321 BA  Elders"), MOVED),
    "abroad": (_but(verblijfplaats={"type": "VerblijfplaatsBuitenland"}), GONE),
    "nobody knows where": (_but(verblijfplaats={"type": "VerblijfplaatsOnbekend"}), GONE),
    "an address without a postcode": (_addressed(adresregel2=None), GONE),
    "no residence at all": ({**_but(adressering={"aanschrijfwijze": {"naam": "V. van der Gever"}})}, GONE),
    "a house boat by that name": (_but(verblijfplaats={"type": "Locatie"}), SENT),
    "a date of the address is investigated": (
        _but(verblijfplaats={"type": "Adres", "inOnderzoek": {"datumIngangGeldigheid": True}}),
        SENT,
    ),
    "the name is investigated": (_addressed(inOnderzoek={"aanschrijfwijze": True}), SENT),
    "named after a partner": (_addressed(aanschrijfwijze={"naam": "V. de Boer"}), MOVED),
    "with a title": (
        _addressed(aanschrijfwijze={"naam": "V. van der Gever", "aanspreekvorm": "De hoogwelgeboren vrouwe"}),
        MOVED,
    ),
    "without any name": (_but(naam={}, adressering={**LIVING["adressering"], "aanschrijfwijze": None}), GONE),
    "born on another day": (_but(geboorte={"datum": {"type": "JaarDatum", "jaar": 1949}}), SENT),
}
"""What the register says by then, and why the letter must not go; it goes where there is no reason."""


def _read(record: dict[str, Any]) -> Person:
    bare = {name: part for name, part in record["adressering"].items() if part is not None}
    return read_person({**record, "adressering": bare})


class World:
    """A letter to Vera with her code, which nobody has taken for a day, and who asks the register then."""

    def __init__(self) -> None:
        self.store, self.people, self.letters = FakeMandates(), FakeRegister({VERA: _read(LIVING)}), FakeSender()
        self.checker = AddressChecker(self.store, self.people, self.letters, SECRETS.vault)

    def ask(self) -> Request:
        request = a_request(expires_at=NOW + 40 * DAY, valid_days=30)
        number = sealed_number(VERA, request.case_id, SECRETS.vault)
        self.store.open_requests(an_opening(request := replace(request, represented_bsn=number)))
        return request

    def give(self, letter: Letter) -> Mandate:
        """Let a mandate begin without a code, of which a letter tells."""
        case_id = a_mandate().case_id
        vera, henk = (sealed_number(one, case_id, SECRETS.vault) for one in (VERA, HENK))
        mandate = a_mandate(represented_bsn=vera, representative_bsn=henk)
        self.store.make(Making((mandate,), notices=(letter,)), signed_in(HENK))
        return mandate

    def row(self, letter_id: str | None) -> LetterRow:
        found = self.store.letter(letter_id or "")
        assert found is not None
        return found

    def says(self, record: dict[str, Any] | None) -> None:
        self.people.people = {} if record is None else {VERA: _read(record)}


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_letter_goes_only_where_the_register_still_says(world: World, answer: str) -> None:
    record, reason = ANSWERS[answer]
    request = world.ask()
    before = world.row(request.letter_id)
    world.says(record)
    world.checker.take(StaleLetter(before.letter_id), LATER)
    after, found = world.row(request.letter_id), world.store.request(request.represented, request.case_id)
    assert found is not None
    assert world.letters.sent == [before.letter_id]
    if reason is SENT:
        assert after == before._replace(checked_at=LATER), "with its id and contents, and nothing else"
        assert found == request
        assert len(world.store.codes(claim_of(request))) == 1
        return
    assert (after.state, after.reason, after.cancelled_at) == (LetterState.CANCELLED, reason, LATER)
    assert (after.sealed, after.receiver, after.useful_until) == (None, None, None)
    assert found.state(LATER) is RequestState.UNDELIVERABLE
    assert world.store.codes(claim_of(request)) == []
    event = world.store.history(request.case_id, request.sides)[0]
    assert (event.what, event.by) == (Happening.UNDELIVERABLE, System(Cause.REGISTER))


@pytest.mark.parametrize("down", [True, False])
def test_while_the_register_tells_nothing_nothing_is_decided_and_it_is_asked_later(world: World, down: bool) -> None:  # noqa: FBT001
    request = world.ask()
    before = world.row(request.letter_id)
    if down:
        world.people.down = True
    else:
        world.people.unreadable.add(VERA)
    with pytest.raises(Unavailable):
        world.checker.check(before.letter_id, LATER)
    assert world.row(request.letter_id) == before
    assert world.store.request(request.represented, request.case_id) == request
    assert world.letters.sent == []
    world.people.down = False
    world.people.unreadable.clear()
    world.checker.check(before.letter_id, LATER)
    assert world.letters.sent == [before.letter_id]


@pytest.mark.parametrize("hours", [0, 23])
def test_what_waits_for_less_than_a_day_is_not_asked_of(world: World, hours: int) -> None:
    request = world.ask()
    world.people.down = True
    world.checker.check(request.letter_id or "", NOW + hours * HOUR)
    assert world.letters.sent == []


def _unknown(world: World) -> str:
    return "0" * 36 if world.ask() else ""


def _worthless(world: World) -> str:
    row = world.row(world.ask().letter_id)
    world.store.rows[row.letter_id] = row._replace(useful_until=None)
    return row.letter_id


def _taken(world: World) -> str:
    row = world.row(world.ask().letter_id)
    world.store.rows[row.letter_id] = row._replace(state=LetterState.ACCEPTED, sealed=None, receiver=None)
    return row.letter_id


def _of_before(world: World) -> str:
    row = world.row(world.ask().letter_id)
    world.store.rows[row.letter_id] = row._replace(receiver=None)
    return row.letter_id


@pytest.mark.parametrize("letter", [_unknown, _worthless, _taken, _of_before])
def test_of_what_does_not_wait_for_it_the_register_is_not_asked(world: World, letter: Callable[[World], str]) -> None:
    letter_id = letter(world)
    rows = dict(world.store.rows)
    world.people.down = True
    world.checker.check(letter_id, LATER)
    assert (world.store.rows, world.letters.sent) == (rows, [])


def test_asked_twice_it_is_decided_once(world: World) -> None:
    request = world.ask()
    world.checker.check(request.letter_id or "", LATER)
    world.says(None)
    world.checker.check(request.letter_id or "", LATER + HOUR)
    assert world.row(request.letter_id).state is LetterState.CHECKED
    world.checker.check(request.letter_id or "", LATER + DAY)
    world.checker.check(request.letter_id or "", LATER + DAY)
    assert world.row(request.letter_id).state is LetterState.CANCELLED


def test_what_was_activated_meanwhile_goes_on_though_the_letter_does_not_go(world: World) -> None:
    request = world.ask()
    mandate = a_mandate(request)
    row = world.row(request.letter_id)
    world.store.make(making(request, mandate), signed_in(HENK))
    world.says(None)
    world.checker.check(row.letter_id, LATER)
    assert world.row(request.letter_id).state is LetterState.CANCELLED
    assert world.store.mandate(mandate.case_id) == mandate


@pytest.mark.parametrize("kind", [LetterKind.GIVEN, LetterKind.HELD])
@pytest.mark.parametrize("moved", [VERA, HENK])
def test_of_a_letter_that_tells_something_its_own_receiver_is_asked_of(
    world: World, kind: LetterKind, moved: Bsn
) -> None:
    """Each letter is about both sides: who does not get it may move as they like."""
    receiver = {LetterKind.GIVEN: VERA, LetterKind.HELD: HENK}[kind]
    letter = replace(a_letter(kind, letter_id="6" * 36), addressee="V. van der Gever")
    mandate = world.give(replace(letter, address=("Lindelaan 12", "1234 AB  Voorbeeld")))
    stays, moves = _read(LIVING), _read(_addressed(adresregel1="Eikenlaan 3"))
    world.people.people = {VERA: stays, HENK: stays, moved: moves}
    world.checker.check(letter.letter_id, mandate.activated_at + 25 * HOUR)
    cancelled = moved == receiver
    assert world.row(letter.letter_id).state is (LetterState.CANCELLED if cancelled else LetterState.CHECKED)
    assert world.store.mandate(mandate.case_id) == mandate


def test_a_letter_whose_case_is_gone_is_told_to_whoever_looks_after_the_queue(world: World) -> None:
    row = world.row(world.ask().letter_id)
    assert row.receiver is not None
    odd = row.receiver._replace(case_id="0" * 32)
    world.store.rows[row.letter_id] = row._replace(receiver=odd)
    with pytest.raises(NotFound):
        world.checker.take(StaleLetter(row.letter_id), LATER)
