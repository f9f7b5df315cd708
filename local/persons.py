"""The test persons, read from `persons.yaml`."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml


@dataclass(frozen=True, slots=True)
class Partner:
    """The partner whose name someone may use."""

    surname: str = ""
    prefix: str = ""
    title: str = ""
    ended: bool = False

    @property
    def there(self) -> bool:
        return self != Partner()


@dataclass(frozen=True, slots=True)
class TestPerson:
    """Someone who does not exist; `note` tells what is special about them. Codes are those of the register."""

    __test__: ClassVar[bool] = False
    bsn: str
    note: str
    born: str
    """`yyyy-mm-dd`, zeros for what is unknown."""
    surname: str = ""
    """`.` where it is not known."""
    sex: str = ""
    """M, V or O; empty where the register has none."""
    given: str = ""
    prefix: str = ""
    title: str = ""
    """Title or predicate: B, BS, G, … JH, JV."""
    name_use: str = "E"
    """Whose surname is used: E own, P partner's, V partner's first, N partner's last."""
    partner: Partner = field(default_factory=Partner)
    street: str = ""
    number: int = 0
    letter: str = ""
    addition: str = ""
    beside: str = ""
    """`to` for opposite the number, `by` for next to it."""
    postcode: str = ""
    place: str = ""
    location: str = ""
    """Instead of a street: where it is."""
    municipality: str = ""
    function: str = "W"
    """W lives there, B gets post there."""
    lives_since: str = "2015-07-01"
    abroad: list[str] = field(default_factory=list)
    country: str = ""
    """Of `abroad`; `0000` for nobody knows where."""
    country_name: str = ""
    suspended: str = ""
    """Reason: O deceased, E emigrated, R non-resident, M by decree, `.` unknown; F and W: the record does not count."""
    suspended_on: str = ""
    died: str = ""
    secret: bool = False
    investigated: list[str] = field(default_factory=list)
    """Elements under investigation, as 83.10 has them: `081120`."""
    investigated_since: str = "2024-07-01"
    investigation_ended: bool = False
    rni: str = ""
    """Who registered a non-resident."""
    verified: str = ""
    digid: bool = True
    fault: str = ""
    """How the register behaves when asked for this person: `slow`, or a status."""

    @property
    def name(self) -> str:
        from local.brp.names import full_name

        return full_name(self)

    @property
    def birth_date(self) -> str:
        """As people write it: `dd-mm-yyyy`, zeros for what is unknown."""
        return "-".join(reversed(self.born.split("-")))

    @property
    def address(self) -> list[str]:
        """Address lines as on an envelope, with the country."""
        from local.brp.residence import lines

        found = lines(self)
        return [text if name != "land" else text["omschrijving"] for name, text in found.items()]

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
def records() -> list[TestPerson]:
    """Return every record of the register, also two of one number."""
    rows = yaml.safe_load((Path(__file__).parent / "persons.yaml").read_text(encoding="utf-8"))
    return [TestPerson(**{**row, "partner": Partner(**row.get("partner", {}))}) for row in rows]


@cache
def persons() -> dict[str, TestPerson]:
    """Return the test persons by BSN; of two records with one number the last."""
    return {person.bsn: person for person in records()}
