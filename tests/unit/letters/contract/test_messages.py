"""What lies in the queue of letters: these texts do not change, because the next release reads them."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.letters.contract.letter import LETTER_SCHEMA, LetterKind
from chalicelib.letters.contract.messages import CANCEL_SCHEMA, SEALED_SCHEMA, LetterCancel, SealedLetter, read_message
from chalicelib.letters.contract.schema import OffSchema, hold
from chalicelib.letters.contract.statuses import STATUS_SCHEMA, LetterStatus, Mishap, VendorStep
from tests.builders import NOW, a_letter, a_letter_service
from tests.vendor import SEAL, sealed_message

ID = a_letter().letter_id
TOMORROW = NOW + timedelta(days=1)
JWE = b"eyJhbGci.a2V5.bm9uY2U.c2VhbGVk.dGFn"
OF_BEFORE = '{"letter_id": "x1", "sealed": "c2VhbGVk", "correlation_id": "the request"}'
OF_TODAY = (
    '{"schema": "sealed-letter/1", "letter_id": "ca5e", "content": "eyJhbGci.a2V5.bm9uY2U.c2VhbGVk.dGFn", '
    '"print_before": "2031-05-18T11:42:07+00:00", "correlation_id": "the request"}'
)
CANCEL = '{"schema": "letter-cancel/1", "letter_id": "ca5e"}'


def test_a_message_is_written_and_read_as_it_lies_in_the_queue() -> None:
    message = SealedLetter("ca5e", JWE, TOMORROW, "the request")
    assert message.to_json() == OF_TODAY
    assert read_message(OF_TODAY) == SealedLetter.from_json(OF_TODAY) == message
    assert message.content == JWE.decode()
    assert SealedLetter("ca5e", JWE).to_json().count("print_before") == 0, "a page is set at once"


def test_a_message_of_the_release_before_is_written_and_read_as_it_was() -> None:
    message = SealedLetter("x1", b"sealed", None, "the request")
    assert message.to_json() == OF_BEFORE
    assert read_message(OF_BEFORE) == message
    assert message.content is None
    assert SealedLetter.from_json('{"letter_id": "x1", "sealed": "c2VhbGVk"}').correlation_id is None


def test_what_its_schema_refuses_is_not_written() -> None:
    for odd in (SealedLetter("ca5e", b"eyJhbGci", TOMORROW), SealedLetter("../x", JWE, TOMORROW)):
        with pytest.raises(OffSchema):
            odd.to_json()
    with pytest.raises(OffSchema, match=r"^not what the schema letter/2 says$"):
        replace(a_letter(), addressee="900100084" * 200).to_json()
    with pytest.raises(OffSchema):
        LetterStatus("../x", VendorStep.PRINTED, NOW).to_json()


def test_a_cancel_is_written_and_read_as_it_lies_in_the_queue() -> None:
    assert LetterCancel("ca5e").to_json() == CANCEL
    assert read_message(CANCEL) == LetterCancel("ca5e")


@pytest.mark.parametrize(
    "odd",
    [
        *("900100084", "[]", "{}", "no JSON 900100084", '{"letter_id": "x", "sealed": "%"}'),
        OF_TODAY.replace("sealed-letter/1", "sealed-letter/2"),
        OF_TODAY.replace(JWE.decode(), "900100084"),
        OF_TODAY.replace("eyJhbGci", "eyJé"),
        OF_TODAY.replace("2031-05-18T11:42:07+00:00", "900100084"),
        OF_TODAY.replace("+00:00", ""),
        OF_TODAY.replace('"the request"', "900100084"),
        CANCEL.replace("ca5e", "../900100084"),
        CANCEL.replace('"ca5e"', "900100084"),
    ],
)
def test_what_is_no_message_is_refused_and_not_quoted(odd: str) -> None:
    with pytest.raises(ValueError, match=r"^(?!.*900100084)"):
        read_message(odd)


@pytest.mark.parametrize("kind", LetterKind)
def test_letters_of_every_kind_are_what_their_schema_says(kind: LetterKind) -> None:
    level = {"confirm_level": 25} if kind is LetterKind.HELD else {}
    hold(
        LETTER_SCHEMA,
        json.loads(
            a_letter(
                kind, form_of_address="De heer", large_print=True, services=(a_letter_service(),) * 10, **level
            ).to_json()
        ),
    )


def test_messages_are_what_their_schemas_say() -> None:
    hold(SEALED_SCHEMA, json.loads(sealed_message(a_letter())))
    hold(SEALED_SCHEMA, json.loads(sealed_message(a_letter(), SEAL, None)))
    hold(CANCEL_SCHEMA, json.loads(LetterCancel(ID).to_json()))


@pytest.mark.parametrize("step", VendorStep)
def test_statuses_of_every_step_are_what_their_schema_says(step: VendorStep) -> None:
    reasons = Mishap if step in (VendorStep.RETURNED, VendorStep.FAILED) else (None,)
    for reason in reasons:
        hold(STATUS_SCHEMA, json.loads(LetterStatus(ID, step, NOW, reason, "20310517-1").to_json()))
        hold(STATUS_SCHEMA, json.loads(LetterStatus(ID, step, NOW, reason).to_json()))


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (LETTER_SCHEMA, a_letter().to_json().replace('"language": "nl"', '"language": "900100084"')),
        (LETTER_SCHEMA, a_letter().to_json().replace('"services":', '"900100084":')),
        (SEALED_SCHEMA, sealed_message(a_letter()).replace("letter_id", "900100084")),
        (SEALED_SCHEMA, sealed_message(a_letter()).replace('"content": "', '"content": "900100084.')),
        (CANCEL_SCHEMA, CANCEL.replace("ca5e", "../900100084")),
        (STATUS_SCHEMA, LetterStatus(ID, VendorStep.POSTED, NOW).to_json().replace("posted", "returned")),
        (
            STATUS_SCHEMA,
            LetterStatus(ID, VendorStep.FAILED, NOW, Mishap.OTHER).to_json().replace('"other"', '"900100084"'),
        ),
        (
            STATUS_SCHEMA,
            LetterStatus(ID, VendorStep.FAILED, NOW, Mishap.OTHER).to_json().replace("failed", "posted"),
        ),
    ],
)
def test_what_is_not_what_its_schema_says_is_told_without_what_it_says(schema: str, text: str) -> None:
    with pytest.raises(OffSchema, match=rf"^not what the schema {schema} says$") as error:
        hold(schema, json.loads(text))
    assert "900100084" not in str(error.getrepr(style="native"))
