"""What is under investigation: from element 83.10 to the flags that come unasked (brp.md section 7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.persons import TestPerson

_STREET = (
    "korteStraatnaam officieleStraatnaam huisnummer huisletter huisnummertoevoeging aanduidingBijHuisnummer postcode "
    "woonplaats"
)
_INSIDE = {
    "Adres": _STREET,
    "Locatie": "locatiebeschrijving",
    "VerblijfplaatsBuitenland": "regel1 regel2 regel3 land",
    "VerblijfplaatsOnbekend": "",
}
_IDS = "adresseerbaarObjectIdentificatie nummeraanduidingIdentificatie"
_ALL_LINES = "adresregel1 adresregel2 adresregel3 land"
_WRITTEN = "aanhef aanschrijfwijze gebruikInLopendeTekst"
_GIVEN = "voornamen voorletters volledigeNaam"
_WHERE = f"type datumVan datumIngangGeldigheid functieAdres {_IDS}"

_LINES = {
    **dict.fromkeys(("080000", "089999", "081300"), _ALL_LINES),
    **dict.fromkeys(("080900", "080910", "081160", "081170", "081340"), "adresregel2"),
    "081100": "adresregel1 adresregel2",
    **dict.fromkeys(("081110", "081120", "081130", "081140", "081150", "081200", "081210", "081330"), "adresregel1"),
    "081310": "land",
    "081350": "adresregel3",
}
_RESIDENCE = {
    **dict.fromkeys(("080000", "089999"), _WHERE),
    "081000": "datumVan functieAdres",
    "081010": "functieAdres",
    **dict.fromkeys(("081030", "081320"), "datumVan"),
    "081100": f"type {_IDS}",
    **dict.fromkeys(("081110", "081200", "081210", "081310"), "type"),
    "081180": "adresseerbaarObjectIdentificatie",
    "081190": "nummeraanduidingIdentificatie",
    "081300": "type datumVan",
    **dict.fromkeys(("088500", "088510"), "datumIngangGeldigheid"),
}
_PARTS = {
    **dict.fromkeys(("080900", "080910", "081170"), "woonplaats"),
    "081100": _STREET,
    "081110": "korteStraatnaam",
    "081115": "officieleStraatnaam",
    "081120": "huisnummer",
    "081130": "huisletter",
    "081140": "huisnummertoevoeging",
    "081150": "aanduidingBijHuisnummer",
    "081160": "postcode",
    **dict.fromkeys(("081200", "081210"), "locatiebeschrijving"),
    "081300": "regel1 regel2 regel3 land",
    "081310": "land",
    "081330": "regel1",
    "081340": "regel2",
    "081350": "regel3",
}
_ROOT = {
    **dict.fromkeys(("080000", "080900"), "gemeenteVanInschrijving datumInschrijvingInGemeente"),
    "080910": "gemeenteVanInschrijving",
    "080920": "datumInschrijvingInGemeente",
    "010000": "burgerservicenummer geslacht leeftijd",
    **dict.fromkeys(("010100", "010120"), "burgerservicenummer"),
    **dict.fromkeys(("010300", "010310"), "leeftijd"),
    **dict.fromkeys(("010400", "010410"), "geslacht"),
}
_NAME = {
    "010000": f"{_GIVEN} adellijkeTitelPredicaat voorvoegsel geslachtsnaam aanduidingNaamgebruik",
    "010200": f"{_GIVEN} adellijkeTitelPredicaat voorvoegsel geslachtsnaam",
    "010210": _GIVEN,
    "010220": "adellijkeTitelPredicaat volledigeNaam",
    "010230": "voorvoegsel volledigeNaam",
    "010240": "geslachtsnaam volledigeNaam",
    **dict.fromkeys(("010400", "010410"), "volledigeNaam"),
    **dict.fromkeys(("016100", "016110"), "aanduidingNaamgebruik"),
}
_BIRTH = {
    **dict.fromkeys(("010000", "010300"), "datum plaats land"),
    "010310": "datum",
    "010320": "plaats",
    "010330": "land",
}
_DEATH = {**dict.fromkeys(("060000", "060800"), "datum plaats land"), "060810": "datum"}
_PARTNER = ("050000", "050200", "050220", "050230", "050240")


@dataclass(frozen=True, slots=True)
class Flag:
    group: str
    """Where it stands: a group's path, empty for the root."""
    member: str
    date: str
    """The member beside it that tells since when."""

    @property
    def path(self) -> str:
        return f"{self.group}.{self.member}".removeprefix(".")


def flags(person: "TestPerson", residence_type: str) -> Iterator[Flag]:
    """Yield the flags of investigations that have not ended."""
    for code in () if person.investigation_ended else person.investigated:
        of = "Verblijfplaats" if code.startswith("08") else "Partner" if code.startswith("05") else "Persoon"
        since = "datumIngangOnderzoek"
        root_date = f"{since}Gemeente" if of == "Verblijfplaats" else f"{since}{of}"
        yield from _each("", _ROOT.get(code, ""), root_date)
        yield from _each("naam", _NAME.get(code, ""), since)
        yield from _each("geboorte", _BIRTH.get(code, ""), since)
        yield from _each("overlijden", _DEATH.get(code, ""), since)
        yield from _each("adressering", _written(code, person.name_use) or _LINES.get(code, ""), f"{since}{of}")
        if residence_type:
            whole = _INSIDE[residence_type] if code in ("080000", "089999") else _PARTS.get(code, "")
            yield from _each("verblijfplaats", _RESIDENCE.get(code, ""), since)
            yield from _each("verblijfplaats.verblijfadres", whole, since)


def established_elsewhere(person: "TestPerson") -> bool:
    """Tell whether it has been established that someone does not live at their address."""
    return "089999" in person.investigated and not person.investigation_ended


def _written(code: str, name_use: str) -> str:
    own = code in _NAME
    return _WRITTEN if own or (code in _PARTNER and name_use != "E") else ""


def _each(group: str, members: str, date: str) -> Iterator[Flag]:
    return (Flag(group, member, date) for member in members.split())
