"""The test persons, read from `persons.yaml`, and their records as Haal Centraal gives them."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml


@dataclass(frozen=True, slots=True)
class TestPerson:
    """Someone who does not exist; `note` tells what is special about them."""

    __test__: ClassVar[bool] = False
    bsn: str
    note: str
    surname: str
    sex: str
    born: str
    """`yyyy-mm-dd`, zeros for what is unknown."""
    given: str = ""
    prefix: str = ""
    street: str = ""
    number: int = 0
    addition: str = ""
    postcode: str = ""
    place: str = ""
    abroad: list[str] = field(default_factory=list)
    suspended: str = ""
    """Reason code: O deceased, E emigrated, F mistake."""
    died: str = ""
    secret: bool = False
    investigated: bool = False
    digid: bool = True
    fault: str = ""
    """`slow` or `error`: how the register behaves when asked for this person."""

    @property
    def family_name(self) -> str:
        return f"{self.prefix} {self.surname}".strip()

    @property
    def name(self) -> str:
        return f"{self.given} {self.family_name}".strip()

    @property
    def initials(self) -> str:
        return "".join(f"{name[0]}." for name in self.given.split())

    @property
    def address(self) -> list[str]:
        """Address lines as on an envelope."""
        if not self.street:
            return self.abroad
        number = f"{self.number}{'-' if self.addition else ''}{self.addition}"
        return [f"{self.street} {number}", f"{self.postcode[:4]} {self.postcode[4:]}  {self.place}"]

    def as_public(self) -> dict[str, Any]:
        """As `GET /persons.json` lists someone."""
        return {
            "bsn": self.bsn,
            "name": self.name,
            "birth_date": self.born,
            "address": ", ".join(self.address),
            "note": self.note,
        }


@cache
def persons() -> dict[str, TestPerson]:
    """Return the test persons by BSN."""
    rows = yaml.safe_load((Path(__file__).parent / "persons.yaml").read_text(encoding="utf-8"))
    return {row["bsn"]: TestPerson(**row) for row in rows}


def haal_centraal(person: TestPerson) -> dict[str, Any]:
    """Return someone's record as "BRP Personen bevragen" version 2 gives it."""
    formal = {"M": "heer", "V": "mevrouw"}[person.sex]
    capitalised = person.family_name[:1].upper() + person.family_name[1:]
    record: dict[str, Any] = {
        "burgerservicenummer": person.bsn,
        "naam": {"volledigeNaam": person.name, "geslachtsnaam": person.surname},
        "geboorte": {"datum": _date(person.born)},
        "adressering": {
            "aanhef": f"Geachte {formal} {capitalised}",
            "aanschrijfwijze": {"naam": f"{person.initials} {person.family_name}".strip()},
        },
    }
    _add_residence(record, person)
    if person.suspended:
        record["opschortingBijhouding"] = {"reden": {"code": person.suspended}}
    if person.died:
        record["overlijden"] = {"datum": _date(person.died)}
    if person.secret:
        record["geheimhoudingPersoonsgegevens"] = True
    return record


def _add_residence(record: dict[str, Any], person: TestPerson) -> None:
    lines = person.address
    record["adressering"].update({f"adresregel{number}": line for number, line in enumerate(lines[:3], start=1)})
    if person.abroad:
        address = {f"regel{number}": line for number, line in enumerate(lines[:2], start=1)}
        record["verblijfplaats"] = {"type": "VerblijfplaatsBuitenland", "verblijfadres": address}
        return
    residence: dict[str, Any] = {
        "type": "Adres",
        "verblijfadres": {"korteStraatnaam": person.street, "postcode": person.postcode, "woonplaats": person.place},
    }
    if person.investigated:
        residence["inOnderzoek"] = {"type": True}
    record["verblijfplaats"] = residence


def _date(text: str) -> dict[str, Any]:
    year, month, day = (int(part) for part in text.split("-"))
    if day:
        return {"type": "Datum", "datum": text}
    if month:
        return {"type": "JaarMaandDatum", "jaar": year, "maand": month}
    return {"type": "JaarDatum", "jaar": year}
