"""What lies in queues when a release changes has to be read by the next one: these texts do not change."""

import json

import pytest

from chalicelib.letters.contract import Letter, QueuedLetter
from tests.builders import a_letter

MESSAGE = '{"letter_id": "x1", "sealed": "c2VhbGVk", "correlation_id": "the request"}'


def test_a_message_is_written_and_read_as_it_lies_in_the_queue() -> None:
    assert QueuedLetter("x1", b"sealed", "the request").to_json() == MESSAGE
    assert QueuedLetter.from_json(MESSAGE) == QueuedLetter("x1", b"sealed", "the request")
    assert QueuedLetter.from_json('{"letter_id": "x1", "sealed": "c2VhbGVk"}').correlation_id is None


def test_neither_a_message_nor_a_letter_shows_its_contents_where_it_is_printed() -> None:
    letter = a_letter()
    shown = repr((letter, QueuedLetter("x1", letter.to_json().encode())))
    assert not [secret for secret in (letter.code, letter.addressee, "Lindelaan") if secret in shown]


def test_a_letter_is_read_as_it_was_written_and_one_of_before_without_a_form_of_address() -> None:
    letter = a_letter(form_of_address="De hooggeboren heer")
    assert Letter.from_json(letter.to_json()) == letter
    values = json.loads(letter.to_json())
    del values["form_of_address"]
    assert Letter.from_json(json.dumps(values)) == a_letter()


@pytest.mark.parametrize("schema", ["letter/2", None])
def test_a_letter_of_another_schema_is_not_read(schema: str | None) -> None:
    with pytest.raises(ValueError, match="unknown schema"):
        Letter.from_json(json.dumps({**json.loads(a_letter().to_json()), "schema": schema}))
