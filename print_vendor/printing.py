"""One message, one letter: open it, claim it, set it, hand it on. What differs between vendors is their shop."""

import json
from datetime import datetime
from typing import Protocol

from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.messages import (
    CANCEL_SCHEMA,
    SEALED_SCHEMA,
    LetterCancel,
    SealedLetter,
    is_letter_id,
    read_message,
)
from chalicelib.letters.contract.schema import hold
from print_vendor.rendering import render


class Opens(Protocol):
    """See print_vendor/opening.py."""

    def letter(self, message: SealedLetter) -> Letter: ...


class Shop(Protocol):
    """Where letters are printed: the function's table and bucket (inhouse.py), or a folder (outside.py)."""

    def claim(self, message: SealedLetter, now: datetime) -> bool:
        """Take a letter on, which can be read; False for one that is printed already, or is not to be."""
        ...

    def deliver(self, letter: Letter, pdf: bytes, message: SealedLetter, now: datetime) -> None:
        """Hand on a letter that was claimed, perhaps again: then it takes the place of the former."""
        ...

    def cancel(self, letter_id: str, now: datetime) -> None:
        """Print a letter no more, whether it came already or not, unless it is printed."""
        ...


def read(text: str) -> SealedLetter | LetterCancel:
    """Read what lies in the queue, held to its schema. Raises `ValueError` for anything else; it quotes nothing."""
    try:
        values = json.loads(text)
    except RecursionError:
        raise ValueError("no message of a letter") from None
    if isinstance(values, dict) and (schema := values.get("schema")) in (SEALED_SCHEMA, CANCEL_SCHEMA):
        hold(schema, values)
    message = read_message(text)
    # Those of the release before have no schema; an id is said and becomes the name of a file.
    if not is_letter_id(message.letter_id):
        raise ValueError("no id of a letter")
    return message


def slip(letter: Letter, now: datetime, **more: str | None) -> bytes:
    """Return what lies beside a PDF where somebody shows letters: where it goes, and when it was printed."""
    told = {
        "form_of_address": letter.form_of_address,
        "addressee": letter.addressee,
        "address": letter.address,
        "printed_at": now.isoformat(),
        **more,
    }
    return json.dumps(told, ensure_ascii=False).encode()


class Press:
    """Prints letters in a shop."""

    def __init__(self, opener: Opens, shop: Shop) -> None:
        self._opener, self._shop = opener, shop

    def print(self, message: SealedLetter, now: datetime) -> None:
        """Print a letter, unless it was or is not to be. Raises `ValueError`, `CannotSet`, and what the shop raises."""
        letter = self._opener.letter(message)
        if self._shop.claim(message, now):
            self._shop.deliver(letter, render(letter), message, now)

    def cancel(self, cancel: LetterCancel, now: datetime) -> None:
        self._shop.cancel(cancel.letter_id, now)
