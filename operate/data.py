"""docs/data.md: what lies in the tables, made from the declarations of its kinds."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from types import NoneType
from typing import Any, get_args

from chalicelib.audit import trail
from chalicelib.catalogue import items as catalogue
from chalicelib.letters import books, day_index, life, underway
from chalicelib.login import logins, once, shared
from chalicelib.mandates.register import askers, checks, items, notices, tries, wishes
from chalicelib.outbox import parcels
from chalicelib.saml.combiconnect import artifacts
from chalicelib.storage.converting import types_of
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.table import Table
from chalicelib.storage.tables import AuditTable, CatalogueTable, LettersTable, RegisterTable, TransientTable
from chalicelib.web import sessions

TABLES: tuple[type[Table], ...] = (RegisterTable, LettersTable, AuditTable, TransientTable, CatalogueTable)
_DECLARING = (
    items,
    wishes,
    life,
    day_index,
    underway,
    checks,
    notices,
    parcels,
    trail,
    sessions,
    logins,
    shared,
    artifacts,
    once,
    tries,
    askers,
    books,
    catalogue,
)

_DATA = """\
# Data

Made from the declarations of the kinds of items (`Kind` in `chalicelib/storage/kinds.py`) by `make docs`; a test
keeps it true.

Five tables of DynamoDB hold everything but printed letters (`.chalice/resources/bucket.yaml`: of what is posted
nothing but that it was printed) and logs (`logs.yaml`).
People are named by pseudonyms: HMACs, under the secret `person-key`, of a BSN (`represented`, `representative`,
`person`, also within `actor`) or of a BSN with a birth date (`claim`). They are personal data all the same, and an
item is about somebody by the fields and parts of its key that are named. A *sealed* field opens by KMS only, and only
in its own record.
Where an item is kept until some time after a moment, DynamoDB takes it away (`ttl`), within days; whether something
has ended never depends on that. What restores can bring back is in `.chalice/resources/tables.yaml`. Items also hold
random ids of the last writes (`writers_0` to `writers_2`), by which a write that the SDK repeats is known.

{tables}"""

_TABLE = """\
## {name}

{holds}

| item | key | fields | about somebody by | kept until |
| --- | --- | --- | --- | --- |
{rows}
"""


def kinds() -> dict[str, Kind[Any, Any]]:
    """Return every kind of item by the name of its declaration."""
    return {name: kind for module in _DECLARING for name, kind in vars(module).items() if isinstance(kind, Kind)}


def document() -> str:
    return _DATA.format(tables="\n".join(_described(table) for table in TABLES))


def lying(kind: Kind[Any, Any]) -> dict[str, Any]:
    """Return the attributes of an item with their types, without its key and its end."""
    types = types_of(kind.model)
    return dict(one for name in types if name not in kind.keyed for one in _lying(kind, name, types[name]))


def _lying(kind: Kind[Any, Any], name: str, hint: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - the type of a field
    """Yield the attributes in which a field lies: one, or those over which it is spread."""
    if name not in kind.spread:
        yield kind.stored_as.get(name, name), hint
        return
    (record,) = (one for one in get_args(hint) or (hint,) if one is not NoneType)
    for inner, type_ in zip(kind.spread[name], types_of(record).values(), strict=True):
        yield from _lying(kind, inner, type_)


def _described(table: type[Table]) -> str:
    rows = "\n".join(_row(name, kind) for name, kind in kinds().items() if kind.table is table)
    return _TABLE.format(name=table.__name__.removesuffix("Table"), holds=table.__doc__, rows=rows)


def _row(name: str, kind: Kind[Any, Any]) -> str:
    sealed = {field: f"`{field}` (sealed)" for field in kind.sealed}
    held = ", ".join(sealed.get(field, f"`{field}`") for field in lying(kind))
    cells = (f"{name}: {kind.what}", f"`{kind.pk}` `{kind.sk}`", held, _names(kind.personal), _until(kind.kept))
    return f"| {' | '.join(cell or 'none' for cell in cells)} |"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _until(kept: Kept) -> str:
    if kept.lasts is None:
        return kept.until
    since = "it is written" if kept.since == "now" else f"`{kept.since}`"
    moment = f"{_span(kept.lasts)} after {since}" if kept.lasts else since
    return f"{moment}, or {kept.until}" if kept.until else moment


def _span(span: timedelta) -> str:
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if span >= length and not span % length:
            number = span // length
            return f"{number} {unit}{'s' if number > 1 else ''}"
    raise ValueError("a span that nobody would say")
