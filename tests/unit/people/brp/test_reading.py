"""What follows from a record (brp.md section 10, rows 25 to 44): as the stand-in hands it out, and as it might come."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import Unavailable
from chalicelib.letters.contract.letter import Letter, LetterKind
from chalicelib.mandates.writing.wording import addressed
from chalicelib.people.brp.address import home
from chalicelib.people.brp.person import Person, Standing
from chalicelib.people.brp.query import FIELDS
from chalicelib.people.brp.reading import read_answer, read_person
from chalicelib.people.brp.record import OddRecord
from chalicelib.people.bsn import Bsn
from local.brp.records import handed_out
from local.persons import TestPerson, persons, records
from tests.builders import a_letter

VERA, HENK, MINA = "900100084", "900100758", "900101416"
STANDINGS = {
    "Dirk Dood": Standing.DECEASED,
    "Ronald Rust": Standing.DECEASED,
    "Ona Opgeschort": Standing.SUSPENDED,
    "Door Datumloos": Standing.SUSPENDED,
    "Emma Emigrant": Standing.NO_ADDRESS,
    "Rosa Rni": Standing.NO_ADDRESS,
    "Max Ministerieel": Standing.NO_ADDRESS,
    "Vera Verdwenen": Standing.NO_ADDRESS,
    "Nelly Nederbuiten": Standing.NO_ADDRESS,
    "Bram Buitenland": Standing.NO_ADDRESS,
    "Otto Onderzoek": Standing.NO_ADDRESS,
    "Hans Huisnummer": Standing.NO_ADDRESS,
    "Petronella Postcode": Standing.NO_ADDRESS,
    "Nico Nietthuis": Standing.NO_ADDRESS,
    "Pim Postcodeloos": Standing.NO_ADDRESS,
    "Sjaak Straatloos": Standing.NO_ADDRESS,
}
"""Everybody else gets letters: also who has a secret address, post at another's, or a date under investigation."""

LIVE = [person for person in records() if person.suspended not in ("F", "W")]


def _read(name: str) -> Person:
    return read_person(handed_out(next(person for person in LIVE if person.name == name), FIELDS))


def _record(number: str = VERA, **changes: object) -> dict[str, Any]:
    return {**json.loads(json.dumps(handed_out(persons()[number], FIELDS))), **changes}


@pytest.mark.parametrize("person", LIVE, ids=lambda person: person.name)
def test_every_test_person_can_be_read(person: TestPerson) -> None:
    read = read_person(handed_out(person, FIELDS))
    assert read.name == person.name
    assert read.born.iso == person.born
    assert read.standing is STANDINGS.get(person.name, Standing.CURRENT)
    assert bool(read.address) is (read.standing is Standing.CURRENT)
    assert read.gets_letters is (read.standing is Standing.CURRENT and person.name != "")
    assert read.may_act is (read.standing in (Standing.CURRENT, Standing.NO_ADDRESS) and person.name != "")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Henk Helper", ("Kastanjeplein 5 B", "1234 AC  VOORBEELD")),
        ("Tessa Tegenover", ("Eikenlaan t/o 9 a2", "1234 AE  VOORBEELD")),
        ("Wout Woonboot", ("Woonboot bij de Grote Sluis", "AMSTERDAM")),
        ("Gerda Geheim", ("Schuilplaats 7", "3511 AB  UTRECHT")),
        ("Bregje Briefadres", ("Eikenlaan 27", "1234 AE  VOORBEELD")),
    ],
)
def test_an_address_is_printed_as_the_register_spells_it(name: str, lines: tuple[str, ...]) -> None:
    assert _read(name).address == lines


@pytest.mark.parametrize(
    ("name", "form", "addressee", "salutation"),
    [
        ("Paula Eigenhuis", "", "P. van Gaarden", "Geachte mevrouw Van Gaarden"),
        ("Petra Eigenhuis", "", "P. van Gaarden-Eigenhuis", "Geachte mevrouw Van Gaarden-Eigenhuis"),
        ("Bas graaf van Verzonnen", "De hooggeboren heer", "B. graaf van Verzonnen", "Hooggeboren heer"),
        ("Robin Onbepaald", "", "R. Onbepaald", "Geachte R. Onbepaald"),
        ("Sascha Zonderling", "", "S. Zonderling", "Geachte S. Zonderling"),
        ("Dian Maya", "", "Dian Maya", "Geachte Dian Maya"),
        ("", "", "", ""),
    ],
)
def test_names_are_the_registers_and_the_full_name_serves_where_it_has_none(
    name: str, form: str, addressee: str, salutation: str
) -> None:
    read = _read(name)
    assert (read.form_of_address, read.addressee, read.salutation) == (form, addressee, salutation)


def test_a_house_number_under_investigation_stops_a_letter_although_the_kind_of_residence_is_sure() -> None:
    addressing = {**_record()["adressering"], "inOnderzoek": {"adresregel1": True}}
    inside = {"huisnummer": 12, "inOnderzoek": {"huisnummer": True}}
    doubted = _record(adressering=addressing, verblijfplaats={"type": "Adres", "verblijfadres": inside})
    assert read_person(doubted).standing is Standing.NO_ADDRESS


def test_a_name_under_investigation_stops_nothing() -> None:
    assert "inOnderzoek" in handed_out(next(one for one in LIVE if one.name == "Gijs Geslachtsnaam"), FIELDS)["naam"]
    assert _read("Gijs Geslachtsnaam").gets_letters


STRICT_FIELDS = (*FIELDS, "verblijfplaats")


@pytest.mark.parametrize(
    ("name", "lenient", "strict"),
    [
        ("Vera van der Gever", True, True),
        ("Dora Datum", True, False),
        ("Kees Klaar", True, True),
        ("Hans Huisnummer", False, False),
        ("Nico Nietthuis", False, False),
    ],
)
def test_strict_stops_at_any_doubt_about_the_residence(name: str, lenient: bool, strict: bool) -> None:  # noqa: FBT001
    record = handed_out(next(person for person in LIVE if person.name == name), STRICT_FIELDS)
    assert bool(home(record, strict=False)) is lenient
    assert bool(home(record, strict=True)) is strict


@pytest.mark.parametrize(
    "changes",
    [
        {"verblijfplaats": {"type": "VerblijfplaatsBuitenland"}},
        {"adressering": {"adresregel1": "Dorpsstraat 1", "adresregel2": "1234 AB  X", "adresregel3": "Z"}},
        {"adressering": {"adresregel1": "Rue 1", "adresregel2": "1000 X", "land": {"code": "5010"}}},
        {"adressering": {"adresregel1": "Dorpsstraat 1"}},
        {"adressering": {"adresregel2": "1234 AB  X"}},
        {"adressering": {"adresregel1": " ", "adresregel2": "1234 AB  X"}},
        {"adressering": {}},
        {"opschortingBijhouding": {"reden": {"code": "E", "omschrijving": "emigratie"}}},
    ],
)
def test_without_a_sure_dutch_address_there_is_no_letter_and_somebody_may_still_act(changes: dict[str, Any]) -> None:
    read = read_person(_record(**changes))
    assert (read.standing, read.address) == (Standing.NO_ADDRESS, ())
    assert not read.gets_letters
    assert read.may_act


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"overlijden": {}}, Standing.DECEASED),
        ({"overlijden": {}, "opschortingBijhouding": {"reden": {"code": "R"}}}, Standing.DECEASED),
        ({"opschortingBijhouding": {"reden": {"code": "O"}}}, Standing.DECEASED),
        ({"opschortingBijhouding": {"reden": {"code": "."}}}, Standing.SUSPENDED),
        ({"opschortingBijhouding": {"reden": {"code": "Z"}}}, Standing.SUSPENDED),
        ({"opschortingBijhouding": {"reden": {"code": "F"}}}, Standing.SUSPENDED),
        ({"opschortingBijhouding": {"datum": {"type": "JaarDatum", "jaar": 2020}}}, Standing.SUSPENDED),
        ({"opschortingBijhouding": {}}, Standing.SUSPENDED),
    ],
)
def test_who_died_or_is_suspended_for_an_unknown_reason_does_not_act(
    changes: dict[str, Any], expected: Standing
) -> None:
    read = read_person(_record(**changes))
    assert (read.standing, read.may_act, read.gets_letters) == (expected, False, False)


def test_a_record_without_an_address_group_or_a_name_is_no_odd_record() -> None:
    record = _record(naam={})
    del record["adressering"]
    read = read_person(record)
    assert (read.name, read.addressee, read.may_act, read.gets_letters) == ("", "", False, False)


ODD: list[dict[str, Any]] = [
    {"geboorte": {}},
    {"geboorte": {"datum": {"type": "Datum"}}},
    {"geboorte": {"datum": {"type": "Datum", "datum": "1948-02-31"}}},
    {"geboorte": {"datum": {"type": "Datum", "datum": "1948-3-1"}}},
    {"geboorte": {"datum": {"type": "Datum", "datum": 19480312}}},
    {"geboorte": {"datum": {"type": "JaarMaandDatum", "jaar": 1948, "maand": 13}}},
    {"geboorte": {"datum": {"type": "JaarMaandDatum", "jaar": 1948}}},
    {"geboorte": {"datum": {"type": "JaarDatum", "jaar": "1948"}}},
    {"geboorte": {"datum": {"type": "JaarDatum", "jaar": True}}},
    {"geboorte": {"datum": {"type": "JaarDatum", "jaar": 10**6}}},
    {"geboorte": {"datum": {"type": "Maandag"}}},
    {"geboorte": {"datum": "1948-03-12"}},
    {"geboorte": None},
    {"naam": "Vera"},
    {"naam": {"volledigeNaam": ["Vera"]}},
    {"naam": {"volledigeNaam": "Vera\ud800"}},
    {"naam": {"volledigeNaam": "Vera\n1234 AB"}},
    {"naam": {"volledigeNaam": "Vera \u202e reveG"}},
    {"naam": {"volledigeNaam": "Βέρα"}},
    {"naam": {"volledigeNaam": "Vera \U0001f600"}},
    {"adressering": []},
    {"adressering": {"adresregel1": 12, "adresregel2": "1234 AB  X"}},
    {"adressering": {"adresregel1": "Laan 1", "adresregel2": "1234 AB  X", "inOnderzoek": True}},
    {"adressering": {"adresregel1": "Laan 1", "adresregel2": "1234 AB  X", "inOnderzoek": {"adresregel1": "ja"}}},
    {"verblijfplaats": "thuis"},
    {"opschortingBijhouding": "O"},
    {"opschortingBijhouding": {"reden": {"code": 1}}},
]


@pytest.mark.parametrize("changes", ODD, ids=repr)
def test_one_odd_record_is_one_persons_matter(changes: dict[str, Any]) -> None:
    with pytest.raises(OddRecord) as error:
        read_person(_record(**changes))
    assert "Vera" not in str(error.value)
    found = read_answer([VERA, HENK, MINA], [_record(HENK), _record(VERA, **changes), _record(MINA)])
    assert set(found.people) == {Bsn(HENK), Bsn(MINA)}
    assert found.unreadable == {Bsn(VERA)}
    with pytest.raises(Unavailable):
        found.get(Bsn(VERA))


_LONG = 900


def _long(lines: int = 200, name: int = _LONG) -> dict[str, Any]:
    """Return a record as long as it may be, or longer."""
    writing = {"naam": "N" * name, "aanspreekvorm": "V" * lines}
    addressing = {"adresregel1": "A" * lines, "adresregel2": "B" * lines, "aanschrijfwijze": writing}
    return _record(naam={"volledigeNaam": "N" * name}, adressering={**addressing, "aanhef": "S" * name})


@pytest.mark.parametrize("language", ["nl", "en"])
def test_who_can_be_read_can_be_written_to_however_long_their_name_and_address(language: str) -> None:
    for record in (_long(), {**_long(), "adressering": {**_long()["adressering"], "aanhef": ""}}):
        person = read_person(record)
        named = replace(a_letter(LetterKind.ASKED), asker=person.name, **addressed(person, language))
        assert Letter.from_json(named.to_json()) == named
        held = replace(a_letter(LetterKind.HELD), other=person.name, **addressed(person, language))
        assert Letter.from_json(held.to_json()) == held


@pytest.mark.parametrize(
    "record",
    [_long(lines=201), _long(name=_LONG + 1), {**_long(), "naam": {"volledigeNaam": "N" * (_LONG + 1)}}],
)
def test_what_is_longer_than_a_letter_takes_is_odd(record: dict[str, Any]) -> None:
    with pytest.raises(OddRecord, match=r"^[A-Za-z0-9]+$"):
        read_person(record)


def test_who_is_not_in_an_answer_is_unknown_and_order_means_nothing() -> None:
    found = read_answer([VERA, HENK, MINA], [_record(MINA), _record(VERA)])
    assert found.get(Bsn(HENK)) is None
    assert [found.people[Bsn(number)].name for number in (VERA, MINA)] == ["Vera van der Gever", "Mina Mantelzorg"]


@pytest.mark.parametrize("nobody", [{"naam": {}}, {"burgerservicenummer": 900100758}, None, "x", []])
def test_a_record_without_a_number_may_be_anybodys_who_is_missing(nobody: object) -> None:
    found = read_answer([VERA, HENK], [_record(VERA), nobody])
    assert set(found.people) == {Bsn(VERA)}
    assert found.unreadable == {Bsn(HENK)}, "whether unknown or odd, nobody can tell"


def test_somebody_who_was_not_asked_for_or_is_told_twice_is_not_believed() -> None:
    found = read_answer([VERA, HENK], [_record(VERA), _record(MINA), _record(VERA, naam={})])
    assert not found.people
    assert found.unreadable == {Bsn(VERA)}


def test_what_is_logged_of_an_odd_record_names_the_part_only(caplog: pytest.LogCaptureFixture) -> None:
    read_answer([VERA], [_record(VERA, geboorte={})])
    (line,) = caplog.records
    assert (line.getMessage(), vars(line)["reason"]) == ("record_not_read", "geboorte.datum")
    assert not any(secret in repr(vars(line)) for secret in (VERA, "Gever", "1948"))


def test_cases_that_went_wrong() -> None:
    """`02` and `03` of the cases: no letter to a doubted house number, and none without a name on it."""
    two = json.loads((Path(__file__).parent / "house_number_investigated.json").read_text())
    assert not read_person(two).gets_letters
    three = read_person(json.loads((Path(__file__).parent / "surname_unknown.json").read_text()))
    assert (three.addressee, three.salutation) == ("Ali bin Mohammed", "Geachte Ali bin Mohammed")
    assert three.address == ("Lindelaan 12", "1234 AB  VOORBEELD")


def test_a_person_does_not_show_in_a_repr() -> None:
    assert "Gever" not in repr(_read("Vera van der Gever"))
