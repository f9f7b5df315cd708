from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from stdnum.nl.bsn import is_valid

from chalicelib.catalogue.model import Service
from chalicelib.errors import Conflict, LevelTooLow, RateLimited, Refused, Unavailable
from chalicelib.mandates.living.revoking import revoke
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.codes import Code, typed_code
from chalicelib.mandates.model.guesses import PER_CODE, WEARING, Guesses
from chalicelib.mandates.model.mandates import Consent, Mandate, Way
from chalicelib.mandates.model.requests import CodeTerms, Request, RequestState
from chalicelib.mandates.own.activating import Guess, WrongCombination, activate, recognise, waiting
from chalicelib.mandates.register.transactions import StoredCode
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from tests.builders import (
    CODE,
    HENK,
    MINA,
    NOW,
    PORTAL_ID,
    SECRETS,
    SERVICE_ID,
    VERA,
    VERA_BORN,
    a_bare_request,
    a_period,
    a_request,
    a_service,
    a_wish,
    activated,
    an_opening,
    claim_of,
    closing,
    signed_in,
)
from tests.unit.mandates.own.desk import Desk

OTHER_CODE = Code("CCCCCCCCCCC3")
NUMBERS = [f"{number:09}" for number in range(900200000, 900202000) if is_valid(f"{number:09}")]
"""Of many people who exist nowhere."""


class Counter:
    """A request whose letter has arrived, and the desk where it is activated."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.request: Request = self.desk.ask(a_wish())
        self.code = typed_code(self.desk.store.letters[0].code)

    def guess(
        self,
        code: Code | None = None,
        *,
        by: Bsn = HENK,
        bsn: Bsn = VERA,
        born: BirthDate = VERA_BORN,
        later: timedelta = timedelta(),
        network: str = "192.0.2.1",
    ) -> StoredCode:
        guess = Guess(signed_in(by), bsn, born, code or self.code, network)
        ports = {"store": self.desk.store, "tries": self.desk.tries, "secrets": SECRETS}
        return recognise(guess, **ports, now=NOW + later)  # type: ignore[arg-type]

    def activate(self, by: Bsn = HENK, level: int = 20) -> Mandate:
        return activated(self.request.case_id, by, self.desk.store, level)


@pytest.fixture
def counter() -> Counter:
    return Counter()


def test_the_right_code_number_and_birth_date_are_recognised(counter: Counter) -> None:
    assert counter.guess().code_id == counter.request.case_id


def _blocked(counter: Counter) -> None:
    """Ten people try five wrong codes each."""
    for number in range(PER_CODE):
        with pytest.raises(WrongCombination):
            counter.guess(OTHER_CODE, by=Bsn(NUMBERS[number // 5]))


def _used(counter: Counter) -> None:
    counter.activate(by=MINA)


def _withdrawn(counter: Counter) -> None:
    counter.desk.store.close(closing(counter.request, signed_in(), NOW))


@pytest.mark.parametrize("before", [_blocked, _used, _withdrawn], ids=lambda step: step.__name__.strip("_"))
def test_a_right_code_that_may_not_be_used_any_more_gets_the_neutral_answer(counter: Counter, before: object) -> None:
    before(counter)  # type: ignore[operator]
    with pytest.raises(WrongCombination) as answer:
        counter.guess()
    assert answer.value.tries_left == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": OTHER_CODE},
        {"bsn": MINA},
        {"born": BirthDate("1948-12-03")},
        {"later": timedelta(days=43)},
    ],
    ids=["code", "BSN", "birth date", "expired"],
)
def test_whatever_is_wrong_gets_the_neutral_answer(counter: Counter, wrong: dict[str, object]) -> None:
    with pytest.raises(WrongCombination) as answer:
        counter.guess(**wrong)  # type: ignore[arg-type]
    assert answer.value.tries_left == 4
    assert str(answer.value) == "wrong_combination"


def test_a_wrong_birth_date_never_uses_up_somebodys_code(counter: Counter) -> None:
    for number in range(20):
        with pytest.raises(WrongCombination):
            counter.guess(born=BirthDate("1948-12-03"), by=Bsn(NUMBERS[number]))
    assert counter.guess(later=timedelta(hours=2)).code_id == counter.request.case_id
    assert counter.desk.tries.total(claim_of(counter.request)) == Guesses()


def _wrong_five_times(counter: Counter, **changes: object) -> None:
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCombination) as answer:
            counter.guess(OTHER_CODE, **changes)  # type: ignore[arg-type]
        assert answer.value.tries_left == left


def test_after_five_wrong_codes_for_one_person_the_representative_has_to_wait(counter: Counter) -> None:
    _wrong_five_times(counter)
    with pytest.raises(RateLimited) as limited:
        counter.guess()
    assert limited.value.until == NOW + timedelta(hours=1)
    assert counter.guess(later=timedelta(hours=1)).code_id == counter.request.case_id


def test_another_birth_date_gives_no_new_tries(counter: Counter) -> None:
    _wrong_five_times(counter, born=BirthDate("1948-12-03"))
    with pytest.raises(RateLimited):
        counter.guess(later=timedelta(minutes=59))


def test_who_has_to_wait_for_one_person_may_go_on_for_another(counter: Counter) -> None:
    _wrong_five_times(counter, bsn=MINA)
    assert counter.guess().code_id == counter.request.case_id


def test_one_persons_tries_never_make_a_code_void_that_another_is_to_use(counter: Counter) -> None:
    for hour in range(11):
        _wrong_five_times(counter, later=timedelta(hours=hour))
    assert counter.desk.tries.total(claim_of(counter.request)) == Guesses(11 * 5, WEARING)
    assert counter.guess(by=MINA, later=timedelta(hours=11)).code_id == counter.request.case_id


def test_the_fiftieth_guess_is_still_checked_and_the_next_is_not(counter: Counter) -> None:
    for _ in range(PER_CODE - 1):
        counter.desk.tries.add(claim_of(counter.request), NOW, wears=True)
    assert counter.guess(by=MINA).code_id == counter.request.case_id
    with pytest.raises(WrongCombination):
        counter.guess(OTHER_CODE, by=Bsn(NUMBERS[9]))
    with pytest.raises(WrongCombination):
        counter.guess(by=MINA)


def test_a_network_that_has_to_wait_costs_nobody_a_try(counter: Counter) -> None:
    for _ in range(100):
        counter.desk.tries.spend("network:192.0.2.1", NOW)
    for _ in range(9):
        with pytest.raises(RateLimited):
            counter.guess()
    with pytest.raises(WrongCombination) as answer:
        counter.guess(OTHER_CODE, network="192.0.2.2")
    assert answer.value.tries_left == 4


def test_another_address_of_ones_own_subnet_gives_no_other_tries(counter: Counter) -> None:
    for number in range(100):
        with pytest.raises(WrongCombination):
            counter.guess(OTHER_CODE, by=Bsn(NUMBERS[number]), network=f"2001:db8:1:2::{number:x}")
    with pytest.raises(RateLimited):
        counter.guess(OTHER_CODE, network="2001:db8:1:2:ffff::1")
    with pytest.raises(WrongCombination):
        counter.guess(OTHER_CODE, network="2001:db8:1:3::1")


def test_right_guesses_cost_no_tries(counter: Counter) -> None:
    for _ in range(12):
        counter.guess()


def test_ones_own_number_is_refused_before_a_try_is_counted(counter: Counter) -> None:
    with pytest.raises(Refused, match="own_bsn"):
        counter.guess(bsn=HENK)
    assert counter.desk.tries.total(claim_of(counter.request)) == Guesses()


def test_sixty_simultaneous_guesses_are_counted_each_and_the_code_is_void(counter: Counter) -> None:
    def guess(number: int) -> bool:
        try:
            counter.guess(OTHER_CODE, by=Bsn(NUMBERS[number]), network=f"192.0.2.{number}")
        except (WrongCombination, RateLimited):
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert not any(pool.map(guess, range(60)))
    assert counter.desk.tries.total(claim_of(counter.request)) == Guesses(60, 60)
    # The code itself is right, and comes too late.
    with pytest.raises(WrongCombination):
        counter.guess(by=MINA)


def test_an_activated_mandate_has_the_lower_of_both_levels(counter: Counter) -> None:
    assert counter.activate(level=30).level == 20


def test_activating_below_the_level_of_the_service_is_refused(counter: Counter) -> None:
    with pytest.raises(LevelTooLow):
        counter.activate(level=10)


def test_activated_twice_by_the_same_person_it_is_one_mandate(counter: Counter) -> None:
    assert counter.activate() == counter.activate()


def test_a_click_that_saw_nothing_yet_has_what_the_other_click_made(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other click is done after this one looked."""
    looks = iter([[counter.request]])
    made = counter.activate()
    seen = counter.desk.store.requests
    monkeypatch.setattr(counter.desk.store, "requests", lambda *of: next(looks, seen(*of)))
    assert counter.activate() == made


BRIDGES = a_service(service_id=PORTAL_ID, level=25)


class Visit:
    """Two services that Vera asked for at a high level, with one code."""

    def __init__(self, **changes: object) -> None:
        self.desk = Desk()
        wanted = (WantedService(a_service(), a_period()), WantedService(BRIDGES, a_period(days=90)))
        self.requests = self.desk.ask_all(a_wish(wanted=wanted, by=signed_in(level=30), **changes))

    def activate(self, *services: Service, by: Bsn = HENK, level: int = 25) -> tuple[Mandate, ...]:
        return activate(
            self.requests[0].represented,
            self.requests[0].case_id,
            by=signed_in(by, level),
            bsn=by,
            services={one.service_id: one for one in services or (a_service(), BRIDGES)},
            store=self.desk.store,
            secrets=SECRETS,
            now=NOW,
        )

    @property
    def codes(self) -> list[StoredCode]:
        return self.desk.store.codes(claim_of(self.requests[0]))


def test_one_code_activates_all_that_was_asked_in_its_visit() -> None:
    visit = Visit()
    made = visit.activate()
    assert [(one.case_id, one.service_id, one.period) for one in made] == [
        (one.case_id, one.service_id, one.period) for one in visit.requests
    ]
    assert {(one.level, one.consent, one.activated_level) for one in made} == {(25, Consent(Way.ASKED, 30), 25)}
    opened = {SECRETS.vault.open(one.representative_bsn, f"case:{one.case_id}") for one in made}
    assert opened == {HENK.digits}
    assert visit.codes == []
    assert visit.activate() == made


def test_what_was_withdrawn_of_a_visit_is_not_activated_and_the_rest_is() -> None:
    visit = Visit()
    visit.desk.store.close(closing(visit.requests[0], signed_in(), NOW))
    assert [one.service_id for one in visit.activate()] == [PORTAL_ID]
    assert visit.desk.store.mandate(visit.requests[0].case_id) is None


def test_a_level_that_is_too_low_for_one_service_activates_none() -> None:
    visit = Visit()
    with pytest.raises(LevelTooLow) as low:
        visit.activate(level=20)
    assert low.value.required == 25
    assert visit.desk.store.given(visit.requests[0].represented) == []
    assert len(visit.activate()) == 2


def test_a_service_that_takes_no_part_now_waits_and_its_code_goes_on_working() -> None:
    visit = Visit()
    assert [one.service_id for one in visit.activate(a_service(), level=20)] == [SERVICE_ID]
    assert len(visit.codes) == 1
    assert [one.service_id for one in visit.activate(BRIDGES)] == [PORTAL_ID]
    assert visit.codes == []


def test_all_that_was_asked_in_a_visit_is_gone_for_who_comes_second() -> None:
    visit = Visit()
    visit.activate()
    with pytest.raises(Refused, match="code_gone"):
        visit.activate(by=MINA)


CLAIM = SECRETS.pseudonyms.claim(VERA, VERA_BORN)


@pytest.fixture
def asked_by_henk(counter: Counter) -> Request:
    """Return what Henk asks of Vera for another service, with the code of a letter that came to her."""
    facts = {"represented": signed_in(VERA).person, "requester": signed_in(HENK), "level": None, "checked_at": NOW}
    terms = CodeTerms(CLAIM, CaseId(""), Guesses())
    asked = a_request(case_id=CaseId("57" * 16), service_id=PORTAL_ID, code=terms, **facts)
    counter.desk.store.open_requests(an_opening(asked))
    return asked


def test_what_somebody_else_asked_is_activated_by_them_with_the_code_of_the_letter(
    counter: Counter, asked_by_henk: Request
) -> None:
    found = counter.guess(CODE)
    assert found.code_id == asked_by_henk.case_id
    service = a_service(service_id=PORTAL_ID, letter_level=20, level=20)
    store = counter.desk.store
    (made,) = activate(
        found.represented,
        found.code_id,
        by=signed_in(HENK, 25),
        bsn=HENK,
        services={PORTAL_ID: service},
        store=store,
        secrets=SECRETS,
        now=NOW,
    )
    assert (made.consent, made.activated_level, made.level) == (Consent(Way.LETTER, 20), 25, 20)
    ended = store.asking(signed_in(HENK).person, asked_by_henk.case_id)
    assert ended is not None
    assert ended.ended is RequestState.ACTIVATED


def test_the_code_of_what_somebody_asked_is_wrong_for_anybody_else(counter: Counter, asked_by_henk: Request) -> None:
    with pytest.raises(WrongCombination) as answer:
        counter.guess(CODE, by=MINA)
    assert answer.value.tries_left == 4
    assert counter.desk.tries.total(CLAIM) == Guesses(1, 1)
    with pytest.raises(Refused, match="code_gone"):
        activated(asked_by_henk.case_id, MINA, counter.desk.store)
    assert counter.desk.store.mandate(asked_by_henk.case_id) is None
    assert counter.guess(by=MINA).code_id == counter.request.case_id


def test_no_code_makes_a_mandate_of_what_somebody_asked_without_one(counter: Counter) -> None:
    asked = a_bare_request(
        case_id=CaseId("57" * 16), represented=signed_in(VERA).person, requester=signed_in(HENK), service_id=PORTAL_ID
    )
    counter.desk.store.open_requests(an_opening(asked))
    with pytest.raises(Refused, match="code_gone"):
        waiting(asked.represented, asked.case_id, by=signed_in(HENK).person, store=counter.desk.store, now=NOW)


def test_right_and_wrong_codes_take_the_same_look_at_the_register(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, seen = iter("12"), counter.desk.store.requests
    monkeypatch.setattr(counter.desk.store, "requests", lambda *of: next(looks) and seen(*of))
    counter.guess()
    with pytest.raises(WrongCombination):
        counter.guess(OTHER_CODE)
    assert list(looks) == []


def test_activated_by_another_it_is_gone(counter: Counter) -> None:
    counter.activate()
    with pytest.raises(Refused, match="code_gone"):
        counter.activate(by=MINA)


def test_either_side_can_revoke_and_it_stays_revoked(counter: Counter) -> None:
    mandate = counter.activate()
    for who, party in ((HENK, Party.REPRESENTATIVE), (VERA, Party.REPRESENTATIVE)):
        ended = revoke(signed_in(who), mandate.case_id, store=counter.desk.store, now=NOW)
        assert revoke(signed_in(who), mandate.case_id, store=counter.desk.store, now=NOW).ended_at == NOW
        assert (counter.desk.store.mandate(ended.case_id) or ended).ended_by is party


def test_a_revocation_that_was_not_done_is_not_told_as_done(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    mandate = counter.activate()

    def changed(*_: object) -> None:
        raise Conflict("changed")

    monkeypatch.setattr(counter.desk.store, "change", changed)
    with pytest.raises(Unavailable):
        revoke(signed_in(), mandate.case_id, store=counter.desk.store, now=NOW)
