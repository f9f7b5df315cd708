"""For whom a letter is: kept until who prints it has it, so that the population register can be asked again (ADR 42).

A letter is sealed as it is written, and nobody here opens it again. So whether the register still says what is printed
of name and address tells a digest of that: sealed, and of one letter only, so that nobody sees which go to one home.
"""

import hashlib
import json
from typing import NamedTuple, Protocol

from chalicelib.letters.contract.letter import Letter, Reader
from chalicelib.people.vault import Seals, Vault


class Headed(Protocol):
    """What has a name and an address as a letter prints them: a letter, and a person as the register has them."""

    @property
    def form_of_address(self) -> str: ...
    @property
    def addressee(self) -> str: ...
    @property
    def address(self) -> tuple[str, ...]: ...


class Receiver(NamedTuple):
    """Whom a letter is for, without saying who that is: a case has their number, sealed."""

    case_id: str
    side: Reader
    head: bytes
    """The digest of what is printed of their name and address, sealed."""


def receiver_of(letter: Letter, case_id: str, side: Reader, seal: Seals) -> Receiver:
    """Return whom a letter about a case is for. Raises `Unavailable`."""
    digest = _digest(letter.letter_id, letter)
    return Receiver(case_id, side, seal.seal(digest, _context(letter.letter_id)))


def has_head(letter_id: str, receiver: Receiver, person: Headed, vault: Vault) -> bool:
    """Tell whether a letter has the name and address that somebody has now.

    Raises `Unavailable`, or `ValueError` for the digest of another letter.
    """
    return vault.open(receiver.head, _context(letter_id)) == _digest(letter_id, person)


def _digest(letter_id: str, of: Headed) -> str:
    printed = json.dumps([letter_id, of.form_of_address, of.addressee, *of.address])
    return hashlib.sha256(printed.encode()).hexdigest()


def _context(letter_id: str) -> str:
    return f"letter-head:{letter_id}"
