"""The population register (BRP): what we ask of it, and a client of Haal Centraal "BRP Personen bevragen" v2."""

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import urllib3

from chalicelib.errors import Unavailable
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn

FIELDS = (
    "burgerservicenummer",
    "naam.volledigeNaam",
    "geboorte.datum",
    "adressering",
    "verblijfplaats",
    "overlijden",
    "opschortingBijhouding",
)
_MOST_PER_QUESTION = 20
_AT_A_TIME = 8
_NETHERLANDS_ONLY = ("Adres", "Locatie")


class Standing(StrEnum):
    """What the register says of a person, as far as it decides about letters (machtigen.md 4.2)."""

    CURRENT = "current"
    NO_ADDRESS = "no address"
    """Emigrated, foreign or unknown address, or one under investigation: no letter can be sent."""
    SUSPENDED = "suspended"
    DECEASED = "deceased"


@dataclass(frozen=True, slots=True)
class Person:
    """A person as read just now. Not kept longer than the page or letter needs it."""

    name: str
    """As the person is called on a page: given names and surname."""
    addressee: str
    """As the person is called on an envelope: initials and surname."""
    salutation: str
    """First line of a Dutch letter, without its comma."""
    born: BirthDate
    address: tuple[str, ...]
    """Lines for an envelope, without the name; empty unless the standing is `CURRENT`."""
    standing: Standing

    def __repr__(self) -> str:
        return f"Person(standing={self.standing})"


class PopulationRegister(Protocol):
    """Finds people by BSN. Those who are unknown are absent from the answer."""

    def find(self, numbers: Iterable[Bsn]) -> Mapping[Bsn, Person]:
        """Raise `Unavailable` when the register does not answer, or answers nonsense."""
        ...


class HaalCentraal:
    """Asks the register over HTTP, with the key of the day. Time-outs in seconds fit inside the function's own."""

    def __init__(self, url: str, api_key: Callable[[], str], *, connect: float = 1.0, read: float = 3.0) -> None:
        self._url = f"{url.rstrip('/')}/personen"
        self._api_key = api_key
        self._pool = urllib3.PoolManager(
            maxsize=_AT_A_TIME, timeout=urllib3.Timeout(connect=connect, read=read), retries=False
        )

    def find(self, numbers: Iterable[Bsn]) -> Mapping[Bsn, Person]:
        wanted = sorted({bsn.digits for bsn in numbers})
        starts = range(0, len(wanted), _MOST_PER_QUESTION)
        # An accountant's two thousand clients are a hundred questions: several at a time, or the page would not come.
        with ThreadPoolExecutor(_AT_A_TIME) as questions:
            answers = questions.map(lambda start: self._ask(wanted[start : start + _MOST_PER_QUESTION]), starts)
            records = [record for answer in answers for record in answer]
        return {Bsn(record["burgerservicenummer"]): read_person(record) for record in records}

    def alive(self) -> bool:
        """Tell whether the register answers at all. Asks about nobody, which it refuses politely."""
        try:
            return bool(self._post("{}").status < 500)  # noqa: PLR2004
        except urllib3.exceptions.HTTPError:
            return False

    def _ask(self, numbers: list[str]) -> list[dict[str, Any]]:
        question = {"type": "RaadpleegMetBurgerservicenummer", "burgerservicenummer": numbers, "fields": list(FIELDS)}
        try:
            answer = self._post(json.dumps(question))
            if answer.status != 200:  # noqa: PLR2004 - the one status that carries people
                raise Unavailable("brp")
            people: list[dict[str, Any]] = answer.json()["personen"]
        except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError):
            # The cause is dropped on purpose: its text may hold the question, and so a BSN.
            raise Unavailable("brp") from None
        return people

    def _post(self, body: str) -> urllib3.BaseHTTPResponse:
        sent = {"content-type": "application/json", "accept": "application/json", "x-api-key": self._api_key()}
        return self._pool.request("POST", self._url, body=body, headers=sent)


def read_person(record: Mapping[str, Any]) -> Person:
    """Read one `Persoon` of the API. Raises `Unavailable` when a field we cannot do without is missing."""
    try:
        addressing = record.get("adressering", {})
        standing = _standing(record)
        lines = tuple(addressing[line] for line in ("adresregel1", "adresregel2") if line in addressing)
        return Person(
            name=record["naam"]["volledigeNaam"],
            addressee=addressing.get("aanschrijfwijze", {}).get("naam", ""),
            salutation=addressing.get("aanhef", ""),
            born=_birth_date(record["geboorte"]["datum"]),
            address=lines if standing is Standing.CURRENT else (),
            standing=standing if lines or standing is not Standing.CURRENT else Standing.NO_ADDRESS,
        )
    except (KeyError, TypeError, ValueError):
        raise Unavailable("brp") from None


def _standing(record: Mapping[str, Any]) -> Standing:
    reason = record.get("opschortingBijhouding", {}).get("reden", {}).get("code")
    if reason == "O" or "overlijden" in record:
        return Standing.DECEASED
    if reason == "E":
        return Standing.NO_ADDRESS
    if reason is not None:
        return Standing.SUSPENDED
    residence = record.get("verblijfplaats", {})
    if residence.get("type") not in _NETHERLANDS_ONLY or "inOnderzoek" in residence:
        return Standing.NO_ADDRESS
    return Standing.CURRENT


def _birth_date(value: Mapping[str, Any]) -> BirthDate:
    match value["type"]:
        case "Datum":
            return BirthDate(value["datum"])
        case "JaarMaandDatum":
            return BirthDate(f"{value['jaar']:04}-{value['maand']:02}-00")
        case "JaarDatum":
            return BirthDate(f"{value['jaar']:04}-00-00")
        case "DatumOnbekend":
            return BirthDate("0000-00-00")
        case _:
            raise ValueError("unknown kind of date")
