"""Checks as they are written down."""

import json
from dataclasses import asdict

import pytest

from chalicelib.mandates.register.checks import Check
from tests.asking import a_plea, check_of


def test_a_check_is_read_as_it_was_written_also_by_a_release_that_said_more() -> None:
    check = check_of(a_plea())
    assert Check.from_json(check.to_json()) == check
    assert Check.from_json(json.dumps({**asdict(check), "language": "nl"})) == check


@pytest.mark.parametrize("text", ["", "[]", "3", '{"check_id": "ab"}'])
def test_what_is_no_check_is_told_without_quoting_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^no check$"):
        Check.from_json(text)
