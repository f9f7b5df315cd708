"""What lies in queues when a release changes has to be read by the next one: these texts do not change."""

import json
from dataclasses import replace

import pytest

from chalicelib.letters.contract.letter import EndReason, Letter, LetterKind
from chalicelib.letters.contract.messages import SealedLetter
from tests.builders import a_letter, a_letter_service

OF_BEFORE = """{"schema": "letter/1", "letter_id": "ca5eca5eca5eca5eca5eca5eca5eca5e0001", \
"reference": "CA5ECA5ECA5E", "language": "nl", "addressee": "V. van der Gever", \
"address": ["Lindelaan 12", "1234 AB  Voorbeeld"], "salutation": "Geachte mevrouw Van der Gever", \
"written_on": "2031-05-17", "service": "Sluizen", "provider": "Gemeente Ominous", "start": "2031-05-17", \
"end": "2031-06-15", "code": "BCDF-GHJK-LMNP", "use_before": "2031-06-28", "form_of_address": ""}"""
ASKED = """{"schema": "letter/2", "letter_id": "ca5eca5eca5eca5eca5eca5eca5eca5e0001", "kind": "asked", \
"reference": "CA5ECA5ECA5E", "language": "nl", "form_of_address": "", "addressee": "V. van der Gever", \
"address": ["Lindelaan 12", "1234 AB  Voorbeeld"], "salutation": "Geachte mevrouw Van der Gever", \
"written_on": "2031-05-17", "services": [{"name": "Sluizen", "provider": "Gemeente Ominous", "start": "2031-05-17", \
"end": "2031-06-15"}], "site": "machtigen.example.nl", "code": "BCDF-GHJK-LMNP", "use_before": "2031-06-28", \
"asker": "H. Helper", "refusal_code": "QRST-VWXZ", "other": ""}"""


@pytest.mark.parametrize("kind", LetterKind)
def test_no_contents_are_shown_where_a_message_or_a_letter_is_printed(kind: LetterKind) -> None:
    letter = a_letter(kind)
    shown = repr((letter, SealedLetter("x1", letter.to_json().encode())))
    assert not [secret for secret in ("BCDF", "QRST", "Gever", "Helper", "Jansen", "Lindelaan") if secret in shown]


@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_is_read_as_it_was_written(kind: LetterKind) -> None:
    letter = a_letter(kind, form_of_address="De hooggeboren heer", services=(a_letter_service(),) * 2)
    assert Letter.from_json(letter.to_json()) == letter


def test_a_letter_lies_in_the_queue_like_this() -> None:
    assert a_letter(LetterKind.ASKED).to_json() == ASKED


def test_a_letter_of_the_release_before_is_one_that_was_asked_for_by_oneself_for_one_service() -> None:
    assert Letter.from_json(OF_BEFORE) == a_letter(site="")
    untitled = OF_BEFORE.replace(', "form_of_address": ""', "")
    assert Letter.from_json(untitled) == a_letter(site="")


HELD = """{"schema": "letter/2", "letter_id": "ca5eca5eca5eca5eca5eca5eca5eca5e0001", "kind": "held", \
"reference": "CA5ECA5ECA5E", "language": "nl", "form_of_address": "", "addressee": "H. Helper", \
"address": ["Kerkstraat 1", "1234 AB  Voorbeeld"], "salutation": "Geachte heer Helper", "written_on": "2031-05-17", \
"services": [{"name": "Sluizen", "provider": "Gemeente Ominous", "start": "2031-05-17", "end": "2031-06-15"}], \
"site": "machtigen.example.nl", "code": "", "use_before": null, "asker": "", "refusal_code": "", \
"other": "N. Jansen"%s}"""


def test_only_a_letter_that_asks_to_confirm_says_more_than_a_vendor_of_before_can_read() -> None:
    confirming = Letter.from_json(HELD % ', "confirm_level": 25')
    assert confirming.confirm_level == 25
    assert confirming.to_json() == HELD % ', "confirm_level": 25'
    plain = Letter.from_json(HELD % "")
    assert plain == replace(confirming, confirm_level=None)
    assert plain.to_json() == HELD % ""


ENDED = """{"schema": "letter/2", "letter_id": "ca5eca5eca5eca5eca5eca5eca5eca5e0001", "kind": "ended", \
"reference": "CA5ECA5ECA5E", "language": "nl", "form_of_address": "", "addressee": "V. van der Gever", \
"address": ["Lindelaan 12", "1234 AB  Voorbeeld"], "salutation": "Geachte mevrouw Van der Gever", \
"written_on": "2031-05-17", "services": [{"name": "Sluizen", "provider": "Gemeente Ominous", "start": "2031-05-17", \
"end": "2031-06-15"}], "site": "machtigen.example.nl", "code": "", "use_before": null, "asker": "", \
"refusal_code": "", "other": "H. Helper", "happened_on": "2031-05-16", "reader": "represented", \
"reason": "revoked-by-other"}"""


def test_a_notice_of_an_end_lies_in_the_queue_like_this() -> None:
    assert a_letter(LetterKind.ENDED).to_json() == ENDED
    with pytest.raises(ValueError, match="no letter"):
        Letter.from_json(ENDED.replace("revoked-by-other", "whatever somebody writes"))


@pytest.mark.parametrize("kind", LetterKind)
def test_large_print_is_said_only_of_who_wants_it_and_read_again(kind: LetterKind) -> None:
    assert "large_print" not in a_letter(kind).to_json()
    large = a_letter(kind, large_print=True)
    assert json.loads(large.to_json())["large_print"] is True
    assert Letter.from_json(large.to_json()) == large


@pytest.mark.parametrize("kind", sorted(set(LetterKind) - {LetterKind.HELD, LetterKind.APPROVED}))
def test_only_who_holds_a_mandate_is_asked_to_confirm_it(kind: LetterKind) -> None:
    with pytest.raises(ValueError, match="does not say what its kind does"):
        a_letter(kind, confirm_level=25)


@pytest.mark.parametrize("level", [0, 10, 26])
def test_a_letter_asks_to_confirm_at_no_level_for_which_it_has_no_words(level: int) -> None:
    with pytest.raises(ValueError, match="does not say what its kind does"):
        a_letter(LetterKind.HELD, confirm_level=level)


@pytest.mark.parametrize("schema", ["letter/3", None])
def test_a_letter_of_another_schema_is_not_read(schema: str | None) -> None:
    with pytest.raises(ValueError, match="unknown schema"):
        Letter.from_json(json.dumps({**json.loads(a_letter().to_json()), "schema": schema}))


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (LetterKind.GIVEN, {"code": "BCDF-GHJK-LMNP"}),
        (LetterKind.HELD, {"refusal_code": "QRST-VWXZ"}),
        (LetterKind.CODE, {"code": ""}),
        (LetterKind.CODE, {"address": ()}),
        (LetterKind.CODE, {"services": ()}),
        (LetterKind.CODE, {"asker": "H. Helper"}),
        (LetterKind.TELEPHONE, {"asker": "H. Helper"}),
        (LetterKind.TELEPHONE, {"code": ""}),
        (LetterKind.ASKED, {"refusal_code": ""}),
        (LetterKind.ASKED, {"asker": ""}),
        (LetterKind.ASKED, {"use_before": None}),
        (LetterKind.SCREEN, {"address": ("Lindelaan 12",)}),
        (LetterKind.ASKED_NOTICE, {"code": "BCDF-GHJK-LMNP"}),
        (LetterKind.ASKED_NOTICE, {"refusal_code": "QRST-VWXZ"}),
        (LetterKind.ACTIVATED, {"code": "BCDF-GHJK-LMNP"}),
        (LetterKind.APPROVED, {"happened_on": None}),
        (LetterKind.ENDED, {"reason": None}),
        (LetterKind.ENDED, {"reader": None}),
        (LetterKind.GIVEN, {"reason": EndReason.PERIOD}),
        (LetterKind.REMINDER, {"code": "BCDF-GHJK-LMNP"}),
        (LetterKind.REMINDER, {"happened_on": None}),
    ],
)
def test_a_letter_says_what_its_kind_does_and_nothing_else(kind: LetterKind, changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="does not say what its kind does") as error:
        a_letter(kind, **changes)
    assert "BCDF" not in str(error.value)
