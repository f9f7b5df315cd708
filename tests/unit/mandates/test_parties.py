"""Nobody begins to act who is dead or not followed by the register, and nobody hears from us that somebody died."""

from collections.abc import Mapping

import pytest

from chalicelib.errors import Refused, Unavailable
from chalicelib.mandates.parties import parties
from chalicelib.people.brp.person import Person, Standing
from chalicelib.people.bsn import Bsn
from tests.builders import HENK, VERA, a_person
from tests.fakes import FakeRegister

STANDING = {HENK: a_person(name="Henk Helper"), VERA: a_person()}
STOPPED = [
    None,
    a_person(standing=Standing.DECEASED, address=()),
    a_person(standing=Standing.SUSPENDED, address=()),
    a_person(name=""),
]


def _of(people: Mapping[Bsn, Person | None]) -> FakeRegister:
    return FakeRegister({bsn: person for bsn, person in people.items() if person is not None})


def test_both_are_told_also_without_an_address() -> None:
    abroad = a_person(standing=Standing.NO_ADDRESS, address=())
    both = parties(HENK, VERA, people=_of({**STANDING, VERA: abroad}))
    assert (both.representative.name, both.represented.name) == ("Henk Helper", "Vera van der Gever")


@pytest.mark.parametrize("person", STOPPED)
def test_whatever_is_the_matter_with_the_represented_has_one_word(person: Person | None) -> None:
    with pytest.raises(Refused) as error:
        parties(HENK, VERA, people=_of({**STANDING, VERA: person}))
    assert error.value.reason == "code_gone"


@pytest.mark.parametrize("person", STOPPED)
@pytest.mark.parametrize("other", [a_person(), *STOPPED])
def test_who_may_not_act_hears_that_and_nothing_of_the_other(person: Person | None, other: Person | None) -> None:
    with pytest.raises(Refused) as error:
        parties(HENK, VERA, people=_of({HENK: person, VERA: other}))
    assert error.value.reason == "may_not_act"


@pytest.mark.parametrize("unreadable", [HENK, VERA])
def test_somebody_who_cannot_be_read_now_is_an_outage_and_no_decision(unreadable: Bsn) -> None:
    with pytest.raises(Unavailable):
        parties(HENK, VERA, people=FakeRegister(STANDING, [unreadable]))


def test_a_person_does_not_show_in_the_repr_of_both() -> None:
    assert "Gever" not in repr(parties(HENK, VERA, people=_of(STANDING)))
