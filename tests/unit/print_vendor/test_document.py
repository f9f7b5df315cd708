"""What docs/print-vendor.md shows an engineer who has never seen us: each example is what its schema says."""

import json
import re
from pathlib import Path

import pytest

from chalicelib.letters.contract.letter import LETTER_SCHEMA, Letter
from chalicelib.letters.contract.messages import CANCEL_SCHEMA, SEALED_SCHEMA
from chalicelib.letters.contract.schema import hold
from chalicelib.letters.contract.statuses import STATUS_SCHEMA, Mishap, VendorStep
from print_vendor.printing import read
from tests.builders import a_letter

TEXT = (Path(__file__).parents[3] / "docs" / "print-vendor.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]


@pytest.mark.parametrize("schema", [LETTER_SCHEMA, SEALED_SCHEMA, CANCEL_SCHEMA, STATUS_SCHEMA])
def test_its_examples_are_what_their_schemas_say(schema: str) -> None:
    found = [one for one in EXAMPLES if one.get("schema") == schema]
    assert found
    for one in found:
        hold(schema, one)


def test_its_letter_is_one_and_its_messages_are_read() -> None:
    (letter,) = [json.dumps(one) for one in EXAMPLES if one.get("schema") == LETTER_SCHEMA]
    assert Letter.from_json(letter) == a_letter()
    for one in EXAMPLES:
        if one.get("schema") in (SEALED_SCHEMA, CANCEL_SCHEMA):
            assert read(json.dumps(one)).letter_id == a_letter().letter_id


def test_it_names_every_step_and_every_reason() -> None:
    assert not [word for word in (*VendorStep, *Mishap) if f"`{word}`" not in TEXT]
