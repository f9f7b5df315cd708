"""A print vendor's keys, and both ends of what is sealed under them."""

import json
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.messages import SealedLetter
from chalicelib.letters.sealing import VendorSeal
from print_vendor.opening import Keys, Opener
from provisioning.keys import new_vendor_key, public_part
from tests.builders import NOW
from tests.fakes import FakeVault

VENDOR_KEY, NEXT_KEY, FOREIGN_KEY = (new_vendor_key(2048) for _ in range(3))

SEAL, NEXT_SEAL, FOREIGN_SEAL = (VendorSeal(partial(public_part, key)) for key in (VENDOR_KEY, NEXT_KEY, FOREIGN_KEY))


def key_file(*keys: dict[str, Any]) -> str:
    return json.dumps({"keys": keys})


def an_opener(*keys: dict[str, Any]) -> Opener:
    """Return one that opens what is sealed under these keys, or hidden by a `FakeVault`."""
    return Opener(Keys(lambda: key_file(*(keys or (VENDOR_KEY,)))), FakeVault())


def sealed_message(
    letter: Letter, seal: VendorSeal = SEAL, correlation_id: str | None = "the request", before: datetime = NOW
) -> str:
    """Return what lies in the queue for a letter."""
    sealed = seal.seal(letter.to_json(), letter.letter_id)
    return SealedLetter(letter.letter_id, sealed, before, correlation_id).to_json()
