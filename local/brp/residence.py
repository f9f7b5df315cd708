"""Where someone lives, and the lines of an envelope (brp.md section 5)."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.persons import TestPerson

_UNKNOWN, _NETHERLANDS = "0000", "6030"
_BESIDE = {"by": (" bij", "bij"), "to": (" t/o", "tegenover")}
_FUNCTIONS = {"W": "woonadres", "B": "briefadres"}


def lines(person: "TestPerson") -> dict[str, Any]:
    """Return `adresregel1` to `adresregel3` and `land`, as far as there are any."""
    country: dict[str, str] = {}
    if person.street not in ("", ".") and person.number:
        found = [_street_line(person), _place_line(person)]
    elif person.location:
        found = [person.location, person.municipality.upper()]
    elif person.country not in ("", _UNKNOWN) and person.abroad:
        found = person.abroad
        country = _country(person)
    else:
        found = []
    numbered = {f"adresregel{number}": line for number, line in enumerate(found, start=1) if line}
    return {**numbered, **({"land": country} if country else {})}


def residence(person: "TestPerson") -> dict[str, Any]:
    """Return `verblijfplaats`; empty without one."""
    since = {"datumVan": person.lives_since, "datumIngangGeldigheid": person.lives_since}
    if person.country == _UNKNOWN:
        return {"type": "VerblijfplaatsOnbekend", **since}
    if person.country:
        foreign = {f"regel{number}": line for number, line in enumerate(person.abroad, start=1)}
        country = _country(person)
        return {
            "type": "VerblijfplaatsBuitenland",
            **since,
            "verblijfadres": {**foreign, **({"land": country} if country else {})},
        }
    function = {"functieAdres": {"code": person.function, "omschrijving": _FUNCTIONS[person.function]}}
    if person.street:
        return {"type": "Adres", **function, **since, "verblijfadres": _parts(person)}
    if person.location:
        inside = {"locatiebeschrijving": person.location}
        return {"type": "Locatie", **function, **since, "verblijfadres": inside}
    return {}


def _parts(person: "TestPerson") -> dict[str, Any]:
    street = "" if person.street == "." else person.street
    beside = {"code": person.beside, "omschrijving": _BESIDE[person.beside][1]} if person.beside else None
    found = {
        "korteStraatnaam": street,
        "officieleStraatnaam": street,
        "huisnummer": person.number,
        "huisletter": person.letter,
        "huisnummertoevoeging": person.addition,
        "aanduidingBijHuisnummer": beside,
        "postcode": person.postcode,
        "woonplaats": "" if person.place == "." else person.place,
    }
    return {name: value for name, value in found.items() if value}


def _street_line(person: "TestPerson") -> str:
    beside = _BESIDE[person.beside][0] if person.beside else ""
    letter = f" {person.letter}" if person.letter else ""
    glue = "" if letter or not person.addition else "-" if person.addition[0].isdigit() else " "
    return f"{person.street}{beside} {person.number}{letter}{glue}{person.addition}"


def _place_line(person: "TestPerson") -> str:
    if not person.postcode:
        return ""
    return f"{person.postcode[:4]} {person.postcode[4:]}  {(person.place or person.municipality).upper()}"


def _country(person: "TestPerson") -> dict[str, str]:
    if person.country == _NETHERLANDS:
        return {}
    return {"code": person.country, "omschrijving": person.country_name}
