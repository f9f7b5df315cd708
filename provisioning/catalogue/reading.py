"""Rows of a catalogue file as services and validities: every mistake is found, and says where it stands."""

import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from chalicelib.catalogue.model import (
    LETTER_LEVEL,
    MOST_REQUEST_DAYS,
    REQUEST_DAYS,
    Announcement,
    Authorisation,
    EntityId,
    Relation,
    RelationKind,
    Service,
    ServiceId,
    Validity,
)

_WHOLE = re.compile(r"-?[0-9]{1,9}", re.ASCII)
LEVELS = (10, 20, 25, 30)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST = {"name": 255, "description": 300, "explanation": 2000, "question": 1000}
"""Characters (machtigen.md 5.1)."""
LANGUAGES = ("nl", "en")
_LARGEST_INDEX, _MOST_DAYS, _OLDEST = 65535, 36500, 120
_UPL = re.compile(r"https?://standaarden\.overheid\.nl/owms/terms/[^\s/?#]{1,200}")

LINE = "__line__"
"""Where a mapping stands in its file, as `yaml_file` notes it."""

Row = Mapping[str, Any]
Kind = TypeVar("Kind", bound=StrEnum)


class Wrong(Exception):
    """One field is not what it should be."""


@dataclass(slots=True)
class Problems:
    """What is wrong in a file, each with its place."""

    found: list[str] = field(default_factory=list)

    def note(self, place: str, text: str) -> None:
        self.found.append(f"{place}: {text}")


SERVICE_FIELDS = {
    "service_id", "entity_id", "index", "name", "description", "explanation", "question", "level", "announced",
    "max_days", "authorisation", "digid", "mandatable", "position", "keywords", "behind", "valid", "identifier",
    "website", "app", "legacy_id", "request_days", "minimum_age_represented", "minimum_age_representative",
    "code_on_screen", "letter_level", "popular", "upl",
}  # fmt: skip


def service(row: Row, holder: EntityId, provider: str, around: Iterable[Validity] = ()) -> Service:
    """Read a service of the connection of `holder`. Raises `Wrong`.

    Without a `service_id` it gets one that is always the same for this connection and index. Without an `index` it is
    asked for by its UUID, or by the index that the provider's metadata gives it.
    """
    only_known(row, SERVICE_FIELDS)
    if row.get("identifier", "legacy-bsn") != "legacy-bsn":
        raise Wrong("identifier: only legacy-bsn can be made; BSNk is not connected")
    entity_id = EntityId(str(row.get("entity_id") or holder))
    index = whole(row, "index", 0, _LARGEST_INDEX) if row.get("index") is not None else None
    if index is not None and entity_id != holder:
        raise Wrong("index: a service behind a cluster supplier is asked for by its UUID")
    name = texts(row, "name", provider)
    for text in (*name.values(), provider):
        _on_letters(text)
    return Service(
        service_id=service_id(row.get("service_id") or uuid.uuid5(uuid.NAMESPACE_URL, f"{entity_id}#{index}")),
        entity_id=entity_id,
        index=index,
        provider=provider,
        name=name,
        description=texts(row, "description", name),
        level=level(row.get("level", LEVELS[0])),
        keywords=tuple(str(word) for word in row.get("keywords", ())),
        behind=tuple(relation(one) for one in row.get("behind", ())),
        connection=holder if entity_id != holder else None,
        announced=_announced(row["announced"]) if row.get("announced") else None,
        digid=yes(row, "digid"),
        consent_question=texts(row, "question", "") if row.get("question") else None,
        explanation=texts(row, "explanation", "") if row.get("explanation") else None,
        position=whole(row, "position", 0, 10**6, 0),
        popular=yes(row, "popular", default=False),
        website=_website(row),
        upl=_upl(row),
        app=_app(row),
        legacy_id=str(row["legacy_id"]) if row.get("legacy_id") else None,
        valid=(*around, validity(row)),
        **_terms(row),
    )


def _terms(row: Row) -> dict[str, Any]:
    """Read on what terms somebody may be mandated, by the field of a service."""
    on_screen = row.get("code_on_screen", False)
    return {
        "authorisation": kind(Authorisation, row, "authorisation", Authorisation.CITIZEN_AND_ORGANISATION),
        "mandatable": yes(row, "mandatable"),
        "max_days": whole(row, "max_days", 1, _MOST_DAYS, 365),
        "request_days": whole(row, "request_days", 1, MOST_REQUEST_DAYS, REQUEST_DAYS),
        "minimum_age_represented": whole(row, "minimum_age_represented", 0, _OLDEST, 0),
        "minimum_age_representative": whole(row, "minimum_age_representative", 0, _OLDEST, 0),
        "code_on_screen": None if on_screen is False else level(on_screen, "code_on_screen"),
        "letter_level": level(row.get("letter_level", LETTER_LEVEL), "letter_level"),
    }


def relation(row: str | Row) -> Relation:
    """Read what a service is behind: its UUID alone, or with the kind of relation and its validity."""
    if isinstance(row, str):
        return Relation(service_id(row))
    only_known(row, {"service", "kind", "valid"})
    return Relation(
        service_id(row.get("service", "")), kind(RelationKind, row, "kind", RelationKind.PORTAL), validity(row)
    )


def validity(row: Row) -> Validity:
    """Read `valid`: a switch, or a mapping with `active`, `from` and `until`. Nothing said is always."""
    given = row.get("valid", True)
    if isinstance(given, bool):
        return Validity(given)
    only_known(given, {"active", "from", "until"})
    since, until = _moment(given.get("from")), _moment(given.get("until"))
    if since and until and until <= since:
        raise Wrong("valid: until is not after from")
    return Validity(yes(given, "active"), since, until)


def service_id(value: object) -> ServiceId:
    text = str(value).strip().lower()
    if not _UUID.fullmatch(text):
        raise Wrong("service_id: not a UUID")
    return ServiceId(text)


def level(value: object, name: str = "level") -> int:
    text = str(value).strip()
    if text not in map(str, LEVELS):
        raise Wrong(f"{name}: not 10, 20, 25 or 30")
    return int(text)


def texts(row: Row, name: str, default: str | Mapping[str, str]) -> Mapping[str, str]:
    """Read a text for both languages: one for all, or one each."""
    given = row.get(name) or default
    both = dict.fromkeys(LANGUAGES, given) if isinstance(given, str) else _without_line(given)
    if set(both) != set(LANGUAGES) or not all(isinstance(text, str) for text in both.values()):
        raise Wrong(f"{name}: one text, or one for nl and one for en")
    if any(len(text) > _LONGEST[name] for text in both.values()):
        raise Wrong(f"{name}: longer than {_LONGEST[name]} characters")
    return both


def _on_letters(text: str) -> None:
    """Take care that a name can stand in a letter. Raises `Wrong` with the characters that cannot."""
    # Imported here: the typesetter is needed for nothing else.
    from print_vendor.rendering import not_shown  # noqa: PLC0415

    if missing := not_shown(text):
        named = ", ".join(map(_named, missing))
        raise Wrong(f"name: the font of the letters cannot show {named}")


def _named(character: str) -> str:
    shown = f"{character} " if character.isprintable() else ""
    return f"{shown}(U+{ord(character):04X} {unicodedata.name(character, 'without a name')})"


def _without_line(row: Row) -> dict[str, str]:
    return {name: text for name, text in row.items() if name != LINE}


def whole(row: Row, name: str, least: int, most: int, default: int | None = None) -> int:
    value = row.get(name, default)
    if isinstance(value, bool) or not _WHOLE.fullmatch(str(value)) or not least <= int(str(value)) <= most:
        raise Wrong(f"{name}: not a whole number from {least} to {most}")
    return int(str(value))


def yes(row: Row, name: str, *, default: bool = True) -> bool:
    value = row.get(name, default)
    if not isinstance(value, bool):
        raise Wrong(f"{name}: not true or false")
    return value


def kind(kinds: type[Kind], row: Row, name: str, default: Kind) -> Kind:
    value = row.get(name, default)
    if value not in [str(one) for one in kinds]:
        raise Wrong(f"{name}: not one of {', '.join(kinds)}")
    return kinds(value)


def only_known(row: object, known: set[str]) -> None:
    if not isinstance(row, Mapping):
        raise Wrong("not a mapping")
    if unknown := sorted(str(name) for name in row if name not in known and name != LINE):
        raise Wrong(f"unknown: {', '.join(unknown)}")


def _website(row: Row) -> str | None:
    address = row.get("website")
    if address is not None and not str(address).startswith("https://"):
        raise Wrong("website: not an https address")
    return str(address) if address else None


def _upl(row: Row) -> str | None:
    uri = row.get("upl")
    if uri is not None and not _UPL.fullmatch(str(uri)):
        raise Wrong("upl: not http://standaarden.overheid.nl/owms/terms/ and a name of the Uniforme Productnamenlijst")
    return str(uri) if uri else None


def _app(row: Row) -> Mapping[str, str] | None:
    if not row.get("app"):
        return None
    if not isinstance(row["app"], Mapping):
        raise Wrong("app: not a mapping")
    return {str(name): str(value) for name, value in _without_line(row["app"]).items()}


def _announced(row: Row) -> Announcement:
    only_known(row, {"level", "from", "message"})
    since = _moment(row.get("from"))
    if since is None:
        raise Wrong("announced: from is missing")
    return Announcement(level(row.get("level")), since, str(row.get("message", ""))[:255])


def _moment(value: object) -> datetime | None:
    """Read a day, which begins at midnight in the Netherlands, or a moment."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise Wrong(f"not a date: {value}") from None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=AMSTERDAM)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), AMSTERDAM).astimezone(UTC)
    raise Wrong("not a date")
