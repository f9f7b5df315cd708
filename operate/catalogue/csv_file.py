"""Services as the 21-column CSV that registries exchange (machtigen.md 5.1). Its connections exist already.

What has no column there may have one after the 21, if the first line names it as the YAML file does. What has no column
at all stays as it is in the catalogue: a registry that does not know of ages does not let everybody in.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.catalogue.model import (
    REQUEST_DAYS,
    Authorisation,
    Connection,
    EntityId,
    RelationKind,
    Service,
    ServiceId,
)
from operate.catalogue.draft import Draft
from provisioning.catalogue.reading import AMSTERDAM, Problems, Wrong, service

COLUMNS = (
    "connection entity ID", "service entity ID", "service UUID", "name", "minimum level", "kind of encryption",
    "new level", "new level from", "new level message", "DigiD", "question", "Machtigen", "position",
    "kind of representative", "duration", "description", "explanation", "valid", "valid from", "valid until",
    "relations",
)  # fmt: skip
EXTENSIONS = (
    "max_days", "minimum_age_represented", "minimum_age_representative", "code_on_screen", "letter_level", "popular",
    "upl",
)  # fmt: skip
"""Columns of ours, by the name of the field in the YAML file."""
_NEVER_A_COLUMN = ("keywords", "website", "app", "legacy_id")
_YES, _NO = ("true", "ja", "yes", "1"), ("false", "nee", "no", "0")
_IDENTIFIERS = {"legacy_bsn": "legacy-bsn", "legacy bsn": "legacy-bsn", "legacy-bsn": "legacy-bsn"}
_AUTHORISATIONS = {
    "burger_en_organisatie": Authorisation.CITIZEN_AND_ORGANISATION,
    "organisatie": Authorisation.ORGANISATION,
    "burger": Authorisation.CITIZEN,
    "niet": Authorisation.NOBODY,
}
_RELATIONS = {
    "DIENSTENSET": RelationKind.SET,
    "BERICHTENBOX": RelationKind.MAILBOX,
    "DIENSTBEMIDDELING": RelationKind.MEDIATION,
}
_RELATION_PARTS = 5


def read_csv(
    path: Path, connections: Mapping[EntityId, Connection], services: Mapping[ServiceId, Service]
) -> tuple[Draft, Problems]:
    """Read services, each on a line: those that exist are overwritten, no other is touched."""
    draft, problems = Draft(whole=False), Problems()
    columns: tuple[str, ...] = COLUMNS
    for number, cells in _lines(path.read_text(encoding="utf-8-sig")):
        uuid = cells[2].strip() if len(cells) > 2 else "?"  # noqa: PLR2004 - the third column
        place = f"line {number}, UUID {uuid}"
        try:
            if cells[0].startswith(("Aansluiting", COLUMNS[0])):
                columns = _columns(cells)
            else:
                draft.add_service(_service(cells, columns, connections, services), place, problems)
        except Wrong as error:
            problems.note(place, str(error))
    return draft, problems


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return every line with cells, by its number; `sep=` is passed over."""
    first = text.partition("\n")[0].strip()
    separator = first.removeprefix("sep=") if first.startswith("sep=") else (";" if ";" in first else ",")
    reader = csv.reader(io.StringIO(text), delimiter=separator or ",")
    found = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    return [one for one in found if not one[1][0].startswith("sep=")]


def _columns(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that a first line names: those of registries in their order, and any of ours after them."""
    more = tuple(cell.strip() for cell in cells[len(COLUMNS) :])
    if wrong := [name for name in more if name not in EXTENSIONS or more.count(name) > 1]:
        raise Wrong(f"{', '.join(wrong)}: not a column, or named twice; after {COLUMNS[-1]}: {', '.join(EXTENSIONS)}")
    return (*COLUMNS, *more)


def _service(
    cells: Sequence[str],
    columns: Sequence[str],
    connections: Mapping[EntityId, Connection],
    services: Mapping[ServiceId, Service],
) -> Service:
    if len(cells) != len(columns):
        raise Wrong(f"{len(cells)} columns instead of {len(columns)}")
    row = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    digid, mandatable = _yes(row, "DigiD"), _yes(row, "Machtigen")
    _check_mandatory(row, digid=digid, mandatable=mandatable)
    holder = EntityId(row["connection entity ID"] or row["service entity ID"])
    if (connection := connections.get(holder)) is None:
        raise Wrong(f"connection entity ID: {holder} is not connected")
    described = {**_described(row, digid=digid, mandatable=mandatable), **_extended(row)}
    made = service(described, holder, connection.name, connection.valid)
    return _with_the_rest(made, services.get(made.service_id), columns)


def _with_the_rest(made: Service, before: Service | None, columns: Sequence[str]) -> Service:
    """Return a service with what the file has no column for as it was."""
    if before is None:
        return made
    rest = [*_NEVER_A_COLUMN, *(name for name in EXTENSIONS if name not in columns)]
    # Who is asked for through a cluster supplier has no index.
    index = before.index if made.connection is None else None
    return replace(made, **{**{name: getattr(before, name) for name in rest}, "index": index})


def _check_mandatory(row: Mapping[str, str], *, digid: bool, mandatable: bool) -> None:
    wanted = ["service entity ID", "service UUID", "name", "minimum level", "kind of encryption"]
    if digid:
        wanted += ["connection entity ID", "question"]
    if mandatable:
        wanted += ["position", "kind of representative", "duration", "description", "explanation", "valid from"]
    if row["new level"]:
        wanted += ["new level from", "new level message"]
    if missing := [name for name in wanted if not row[name]]:
        raise Wrong(f"{', '.join(missing)}: missing")


def _described(row: Mapping[str, str], *, digid: bool, mandatable: bool) -> dict[str, Any]:
    """Return the row as the YAML file would have it, so that one reader checks both."""
    announced = None
    if row["new level"]:
        since = _moment(row["new level from"])
        announced = {"level": row["new level"], "from": since, "message": row["new level message"]}
    return {
        "service_id": row["service UUID"],
        "entity_id": row["service entity ID"],
        "name": row["name"],
        "level": row["minimum level"],
        "identifier": _IDENTIFIERS.get(row["kind of encryption"].lower(), row["kind of encryption"]),
        "announced": announced,
        "digid": digid,
        "question": row["question"] or None,
        "mandatable": mandatable,
        "position": row["position"] or 0,
        "authorisation": _authorisation(row["kind of representative"]) if mandatable else Authorisation.NOBODY,
        "request_days": row["duration"] or REQUEST_DAYS,
        "description": row["description"] or row["name"],
        "explanation": row["explanation"] or None,
        "valid": _validity(_yes(row, "valid"), row["valid from"], row["valid until"]),
        "behind": [_relation(text.strip()) for text in row["relations"].split(",") if text.strip()],
    }


def _extended(row: Mapping[str, str]) -> dict[str, Any]:
    """Return what columns of ours say as the YAML file would; an empty cell says nothing."""
    said: dict[str, Any] = {name: row[name] for name in EXTENSIONS if row.get(name)}
    if "popular" in said:
        said["popular"] = _yes(row, "popular")
    if said.get("code_on_screen", "").lower() in _NO:
        said["code_on_screen"] = False
    return said


def _relation(text: str) -> dict[str, Any]:
    parts = text.split("#")
    if len(parts) != _RELATION_PARTS or parts[1].upper() not in _RELATIONS:
        raise Wrong(f"relations: {text} is not parentUUID#type#valid#from#until")
    valid = _validity(_yes({"relations": parts[2]}, "relations"), parts[3], parts[4])
    return {"service": parts[0], "kind": _RELATIONS[parts[1].upper()], "valid": valid}


def _validity(active: bool, since: str, until: str) -> dict[str, Any]:  # noqa: FBT001 - one column each
    return {"active": active, "from": _moment(since), "until": _moment(until)}


def _authorisation(text: str) -> Authorisation:
    known = _AUTHORISATIONS.get(text.lower().replace(" ", "_"))
    if known is None:
        raise Wrong("kind of representative: not Burger en organisatie, Organisatie, Burger or Niet")
    return known


def _yes(row: Mapping[str, str], name: str) -> bool:
    text = row[name].lower()
    if text not in (*_YES, *_NO):
        raise Wrong(f"{name}: not ja or nee")
    return text in _YES


def _moment(text: str) -> datetime | None:
    """Read `dd-MM-yyyy HH:mm` in the Netherlands."""
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip(), "%d-%m-%Y %H:%M").replace(tzinfo=AMSTERDAM).astimezone(UTC)
    except ValueError:
        raise Wrong(f"not a moment such as 31-12-2030 23:59: {text}") from None
