"""The address that a letter goes to, if there is one (brp.md sections 5, 7 and 12; machtigen.md 4.2)."""

from chalicelib.people.brp.record import LONGEST_LINE, Group, OddRecord, group, text

STRICT = False
"""Whether any open investigation of the residence stops a letter, or only one of what is printed (docs/adr/0011)."""

_LINES = ("adresregel1", "adresregel2")
_AT_HOME = ("Adres", "Locatie")
_DATES = "datumIngangOnderzoek"
"""Beside the flags stands since when: whatever begins with this is no flag."""


def home(record: Group, *, strict: bool = STRICT) -> tuple[str, ...]:
    """Return both lines of someone's address in the Netherlands, in the register's spelling; empty without a sure one.

    A second line is missing where the postcode is, and a line alone finds nobody. A secret address is an address.
    """
    addressing, residence = group(record, "adressering"), group(record, "verblijfplaats")
    lines = tuple(text(addressing, line, LONGEST_LINE) for line in _LINES)
    abroad = residence.get("type", "Adres") not in _AT_HOME or "land" in addressing or "adresregel3" in addressing
    if abroad or not all(lines) or _doubted(addressing, residence, strict=strict):
        return ()
    return lines


def _doubted(addressing: Group, residence: Group, *, strict: bool) -> bool:
    """Tell whether a line, or that the person lives there, is under investigation; strict: whether anything is."""
    if any(_flag(part, "indicatieVastgesteldVerblijftNietOpAdres") for part in (addressing, residence)):
        return True
    flags = group(addressing, "inOnderzoek")
    if any(_flag(flags, line) for line in _LINES):
        return True
    inside = (residence, group(residence, "verblijfadres"))
    return strict and any(
        _flag(part, name) for part in (group(one, "inOnderzoek") for one in inside) for name in part if _is_flag(name)
    )


def _is_flag(name: str) -> bool:
    return not name.startswith(_DATES)


def _flag(part: Group, name: str) -> bool:
    """Return a flag, which is `true` or absent."""
    found = part.get(name, False)
    if not isinstance(found, bool):
        raise OddRecord(name)
    return found
