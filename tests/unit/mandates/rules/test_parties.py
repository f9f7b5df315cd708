"""Nobody begins to act who is dead or not followed by the register, and nobody hears from us that somebody died."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from chalicelib.catalogue.model import Authorisation
from chalicelib.errors import Refused, Unavailable
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.rules.parties import Parties, names_of_others, parties
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import Person, Standing
from chalicelib.people.bsn import Bsn
from tests.builders import HENK, NOW, VERA, a_bare_request, a_mandate, a_person, a_request, a_service
from tests.fakes import FakeRegister, FakeVault

STANDING = {HENK: a_person(name="Henk Helper"), VERA: a_person()}
STOPPED = [
    None,
    a_person(standing=Standing.DECEASED, address=()),
    a_person(standing=Standing.SUSPENDED, address=()),
    a_person(name=""),
]
YOUNG, INCOMPLETE = a_person(born=BirthDate("2015-05-18")), a_person(born=BirthDate("2015-05-00"))


def _of(people: Mapping[Bsn, Person | None]) -> FakeRegister:
    return FakeRegister({bsn: person for bsn, person in people.items() if person is not None})


def _parties(people: FakeRegister, **terms: object) -> Parties:
    return parties(HENK, VERA, a_service(**terms), people=people, now=NOW)


def test_both_are_told_also_without_an_address() -> None:
    abroad = a_person(standing=Standing.NO_ADDRESS, address=())
    both = _parties(_of({**STANDING, VERA: abroad}))
    assert (both.representative.name, both.represented.name) == ("Henk Helper", "Vera van der Gever")


@pytest.mark.parametrize("person", STOPPED)
def test_whatever_is_the_matter_with_the_represented_has_one_word(person: Person | None) -> None:
    with pytest.raises(Refused) as error:
        _parties(_of({**STANDING, VERA: person}))
    assert error.value.reason == "code_gone"


@pytest.mark.parametrize("person", STOPPED)
@pytest.mark.parametrize("other", [a_person(), *STOPPED])
def test_who_may_not_act_hears_that_and_nothing_of_the_other(person: Person | None, other: Person | None) -> None:
    with pytest.raises(Refused) as error:
        _parties(_of({HENK: person, VERA: other}))
    assert error.value.reason == "may_not_act"


@pytest.mark.parametrize("unreadable", [HENK, VERA])
def test_somebody_who_cannot_be_read_now_is_an_outage_and_no_decision(unreadable: Bsn) -> None:
    with pytest.raises(Unavailable):
        _parties(FakeRegister(STANDING, [unreadable]))


def test_a_person_does_not_show_in_the_repr_of_both() -> None:
    assert "Gever" not in repr(_parties(_of(STANDING)))


@pytest.mark.parametrize(("person", "reason"), [(YOUNG, "too_young_to_hold"), (INCOMPLETE, "age_uncertain")])
@pytest.mark.parametrize("other", [a_person(), YOUNG, *STOPPED])
def test_who_may_be_too_young_hears_that_and_nothing_of_the_other(
    person: Person, reason: str, other: Person | None
) -> None:
    with pytest.raises(Refused) as error:
        _parties(_of({HENK: person, VERA: other}), minimum_age_representative=16, minimum_age_represented=16)
    assert error.value.reason == reason


@pytest.mark.parametrize("person", [YOUNG, INCOMPLETE])
def test_that_the_represented_may_be_too_young_is_not_for_others_to_hear(person: Person) -> None:
    with pytest.raises(Refused) as error:
        _parties(_of({**STANDING, VERA: person}), minimum_age_represented=16)
    assert error.value.reason == "code_gone"
    assert _parties(_of({**STANDING, VERA: person}), minimum_age_representative=16).represented == person


@pytest.mark.parametrize("authorisation", [Authorisation.NOBODY, Authorisation.ORGANISATION])
def test_no_mandate_begins_at_a_service_that_is_not_for_citizens_any_more(authorisation: Authorisation) -> None:
    with pytest.raises(Refused) as error:
        _parties(_of(STANDING), authorisation=authorisation)
    assert error.value.reason == "code_gone"
    _parties(_of(STANDING), authorisation=Authorisation.CITIZEN)


@pytest.mark.parametrize("person", [*STOPPED, YOUNG, INCOMPLETE])
def test_the_represented_hears_of_themselves_what_is_the_matter_and_of_the_other_one_word(
    person: Person | None,
) -> None:
    ages = {"minimum_age_representative": 16}
    with pytest.raises(Refused) as error:
        _parties_by_the_represented(_of({**STANDING, HENK: person}), **ages)
    assert error.value.reason == "not_with_them"
    with pytest.raises(Refused) as error:
        _parties_by_the_represented(_of({HENK: person, VERA: a_person(name="")}), **ages)
    assert error.value.reason == "may_not_give"
    with pytest.raises(Refused) as error:
        _parties_by_the_represented(_of({HENK: person, VERA: YOUNG}), minimum_age_represented=16)
    assert error.value.reason == "too_young_to_give"


def test_both_suit_every_service_or_none() -> None:
    people = _of({**STANDING, HENK: YOUNG})
    young, old = a_service(), a_service(minimum_age_representative=16)
    assert parties(HENK, VERA, young, people=people, now=NOW).representative == YOUNG
    with pytest.raises(Refused):
        parties(HENK, VERA, young, old, people=people, now=NOW)


def _parties_by_the_represented(people: FakeRegister, **terms: object) -> Parties:
    return parties(HENK, VERA, a_service(**terms), people=people, now=NOW, by=Party.REPRESENTED)


def _sealed(bsn: Bsn, case_id: str) -> bytes:
    return FakeVault().seal(bsn.digits, f"case:{case_id}")


def test_each_side_sees_the_name_of_the_other_and_who_is_asked_that_of_who_asks() -> None:
    made = replace(a_mandate(), represented_bsn=_sealed(VERA, "ca5e" * 8), representative_bsn=_sealed(HENK, "ca5e" * 8))
    request = a_bare_request(case_id=CaseId("beef" * 8), requester_bsn=_sealed(HENK, "beef" * 8))
    people = _of(STANDING)

    def names(person: str) -> Mapping[str, str]:
        return names_of_others(person, [made, request], vault=FakeVault(), people=people)

    assert names(made.represented) == {made.case_id: "Henk Helper", request.case_id: "Henk Helper"}
    assert names(made.representative)[made.case_id] == "Vera van der Gever"
    people.unreadable.add(HENK)
    assert names(made.represented) == {}
    people.down = True
    assert names(made.representative) == {}


def test_nobody_is_looked_up_where_nobody_is_to_be_named() -> None:
    people = _of(STANDING)
    people.down = True
    assert names_of_others("vera", [a_request()], vault=FakeVault(), people=people) == {}
