"""One type for each table, so that what lies in one cannot be looked for in another: the type checker refuses it."""

from chalicelib.storage.table import Table


class RegisterTable(Table):
    """Requests, codes and mandates."""


class LettersTable(Table):
    """Letters, and the outbox of whatever leaves."""


class AuditTable(Table):
    """What happened: rows are only added."""


class TransientTable(Table):
    """Sessions, sign-ins under way, artifacts, one-time ids and counters."""


class CatalogueTable(Table):
    """Organisations, connections and services."""
