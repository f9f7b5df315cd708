"""Kinds of tables: what the name of each ends in, after the prefix of its stack."""

PEOPLE_TABLES = ("register", "letters", "audit")
"""Those that hold what is kept of people."""
TABLES = (*PEOPLE_TABLES, "transient", "catalogue")
