"""What `make run` prints."""

from local.foreground import table
from local.persons import persons
from local.stack import Stack


def test_addresses_and_partners_are_printed_last_where_a_terminal_shows_them() -> None:
    stack = Stack(8000, partners=["mine.xml: https://mine.example (1 service(s))"], left_out=["the back channel"])
    lines = table(stack).splitlines()
    last_person = max(at for at, line in enumerate(lines) if any(bsn in line for bsn in persons()))
    for told in ("http://localhost:8000", "mine.xml", "the back channel"):
        assert last_person < next(at for at, line in enumerate(lines) if told in line), told
    assert len(lines) - last_person < 20
