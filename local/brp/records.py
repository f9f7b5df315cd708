"""A person's record, and what of it is handed out: what was asked for, and what comes unasked (brp.md 3 and 4)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from local.brp.dates import age, as_date
from local.brp.fields import whole
from local.brp.investigation import Flag, established_elsewhere, flags
from local.brp.names import form_of_address, full_name, initials, salutation, written_name
from local.brp.residence import lines, residence
from local.persons import TestPerson, records

_ALIASES = {"adresseringBinnenland": "adressering", "verblijfplaatsBinnenland": "verblijfplaats"}
_OF_ALIAS = ("aanhef", "aanschrijfwijze", "gebruikInLopendeTekst", "adresregel1", "adresregel2")
_LINES = ("adresregel1", "adresregel2", "adresregel3", "land")
_REASONS = {
    "O": "overlijden",
    "E": "emigratie",
    "R": "pl is aangelegd in de rni",
    "M": "ministerieel besluit",
    ".": "onbekend",
}
_USES = {"E": "eigen geslachtsnaam", "P": "partner", "V": "partner voor eigen", "N": "partner na eigen"}
_SEXES = {"M": "man", "V": "vrouw", "O": "onbekend"}
MUNICIPALITY = "0599"
"""All test persons are registered in one."""

Record = dict[str, Any]


def register(numbers: Sequence[str], fields: Sequence[str]) -> list[Record]:
    """Return what is handed out about each of these numbers, without asking over HTTP."""
    return [handed_out(person, fields) for person in live(records()) if person.bsn in numbers]


def live(people: Iterable[TestPerson]) -> Iterable[TestPerson]:
    """Leave out records that were made by mistake or wiped: nobody is told of them."""
    return (person for person in people if person.suspended not in ("F", "W"))


def handed_out(person: TestPerson, fields: Sequence[str]) -> Record:
    """Return what the register answers about someone to a question that it takes."""
    everything = _everything(person)
    abroad = everything.get("verblijfplaats", {}).get("type") == "VerblijfplaatsBuitenland"
    asked = {path for field in fields for path in _plain(whole(field))}
    if any(path.startswith("verblijfplaats.") for path in asked):
        asked.add("verblijfplaats.type")
    given: Record = {}
    for path in asked:
        _give(everything, given, path.split("."))
    for flag in flags(person, everything.get("verblijfplaats", {}).get("type", "")):
        if _covers(asked, flag.path):
            _raise(given, flag, as_date(person.investigated_since))
    if abroad:
        _leave_out_abroad(given, fields)
    return {**given, **_unasked(person, given, asked)}


def _leave_out_abroad(given: Record, fields: Sequence[str]) -> None:
    """Take out what lies abroad where somebody asked for what lies in the Netherlands; names stay."""
    if any(field.startswith("adresseringBinnenland") for field in fields) and "adressering" in given:
        for line in _LINES:
            given["adressering"].pop(line, None)
    if any(field.startswith("verblijfplaatsBinnenland") for field in fields):
        given.pop("verblijfplaats", None)


def _plain(path: str) -> Iterable[str]:
    group, _, inside = path.partition(".")
    if group == "adresseringBinnenland" and not inside:
        return [f"adressering.{name}" for name in _OF_ALIAS]
    return [f"{_ALIASES.get(group, group)}.{inside}".removesuffix(".")]


def _give(source: Record, target: Record, path: list[str]) -> None:
    """Copy what a path leads to. A group that is there, without what was asked for, is given as `{}`."""
    name, *below = path
    if name not in source:
        return
    if below and isinstance(source[name], dict):
        _give(source[name], target.setdefault(name, {}), below)
    elif isinstance(source[name], dict):
        target[name] = {**source[name], **target.get(name, {})}
    else:
        target[name] = source[name]


def _covers(asked: set[str], path: str) -> bool:
    return any(path == one or path.startswith(f"{one}.") or one.startswith(f"{path}.") for one in asked)


def _raise(given: Record, flag: Flag, since: Record) -> None:
    place = given
    for name in flag.group.split(".") if flag.group else ():
        if name not in place:
            return
        place = place[name]
    place.setdefault("inOnderzoek", {}).update({flag.member: True, flag.date: since})


def _unasked(person: TestPerson, given: Record, asked: set[str]) -> Record:
    """Return what needs no asking and may not be asked for."""
    found: Record = {}
    if person.suspended or person.suspended_on:
        reason = {"code": person.suspended, "omschrijving": _REASONS.get(person.suspended)}
        since = as_date(person.suspended_on or person.died or "2024-02-01")
        found["opschortingBijhouding"] = {"datum": since, **({"reden": reason} if person.suspended else {})}
    if person.secret:
        found["geheimhoudingPersoonsgegevens"] = True
    if person.verified:
        found["verificatie"] = {"datum": as_date(person.verified), "omschrijving": "bewijs van in leven zijn"}
    groups = {path.partition(".")[0] for path in asked}
    category = "Verblijfplaats" if groups & {"adressering", "verblijfplaats"} else "Persoon"
    if person.rni and category == "Verblijfplaats":
        found["rni"] = [{"deelnemer": {"code": "0101", "omschrijving": person.rni}, "categorie": category}]
    for group in ("adressering", "verblijfplaats") if established_elsewhere(person) else ():
        if group in given and (group == "verblijfplaats" or given[group].keys() & set(_LINES)):
            given[group]["indicatieVastgesteldVerblijftNietOpAdres"] = True
    return found


def _everything(person: TestPerson) -> Record:
    use = {"code": person.name_use, "omschrijving": _USES[person.name_use]}
    surname = "" if person.surname == "." else person.surname
    name = {
        "voornamen": person.given,
        "voorvoegsel": person.prefix,
        "geslachtsnaam": surname,
        "voorletters": initials(person.given),
        "volledigeNaam": full_name(person),
        "aanduidingNaamgebruik": use if person.given or surname else None,
    }
    writing = _filled({"naam": written_name(person), "aanspreekvorm": form_of_address(person)})
    place = residence(person)
    dated = {key: as_date(value) if key.startswith("datum") else value for key, value in place.items()}
    town = {"code": MUNICIPALITY, "omschrijving": person.municipality or person.place}
    record = {
        "burgerservicenummer": person.bsn,
        "geslacht": {"code": person.sex, "omschrijving": _SEXES[person.sex]} if person.sex else None,
        "leeftijd": None if person.died else age(person.born, date.today().isoformat()),  # noqa: DTZ011 - a stand-in's
        "gemeenteVanInschrijving": town if town["omschrijving"] else None,
    }
    return {
        **_filled(record),
        "naam": _filled(name),
        "geboorte": {"datum": as_date(person.born)},
        "adressering": _filled({"aanhef": salutation(person), "aanschrijfwijze": writing, **lines(person)}),
        **({"verblijfplaats": dated} if place else {}),
        **({"overlijden": {"datum": as_date(person.died)}} if person.died else {}),
    }


def _filled(group: Record) -> Record:
    return {name: value for name, value in group.items() if value not in (None, "", {})}
