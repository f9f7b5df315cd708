import pytest

from chalicelib.errors import Unavailable
from chalicelib.people.brp import Standing, read_person
from local.persons import TestPerson, haal_centraal, persons

STANDINGS = {
    "Dirk Dood": Standing.DECEASED,
    "Emma Emigrant": Standing.NO_ADDRESS,
    "Bram Buitenland": Standing.NO_ADDRESS,
    "Otto Onderzoek": Standing.NO_ADDRESS,
    "Frits Fout": Standing.SUSPENDED,
}


@pytest.mark.parametrize("person", persons().values(), ids=lambda person: person.name)
def test_every_test_person_can_be_read(person: TestPerson) -> None:
    read = read_person(haal_centraal(person))
    assert read.name == person.name
    assert read.born.iso == person.born
    assert read.standing is STANDINGS.get(person.name, Standing.CURRENT)
    assert bool(read.address) is (read.standing is Standing.CURRENT)


def test_a_secret_address_still_gets_its_letter() -> None:
    gerda = next(person for person in persons().values() if person.secret)
    assert read_person(haal_centraal(gerda)).address == ("Schuilplaats 7", "3511 AB  Utrecht")


@pytest.mark.parametrize("gap", ["naam", "geboorte"])
def test_a_record_that_lacks_what_we_need_is_an_outage_not_a_person(gap: str) -> None:
    record = haal_centraal(next(iter(persons().values())))
    del record[gap]
    with pytest.raises(Unavailable):
        read_person(record)


def test_a_person_does_not_show_in_a_repr() -> None:
    assert "Gever" not in repr(read_person(haal_centraal(persons()["900100084"])))
