"""Pseudonyms: how a person is named in keys. One-way without the key, the same for the same person."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NewType

from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn

PersonId = NewType("PersonId", str)
"""HMAC-SHA256 of a BSN, 64 hex digits."""

ClaimId = NewType("ClaimId", str)
"""HMAC-SHA256 of a BSN with a birth date: names a person only to someone who knows both."""

AddressId = NewType("AddressId", str)
"""HMAC-SHA256 of the lines of an address: tells whether two letters go to one place, and not where."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes pseudonyms under one secret key of at least 32 bytes (security.md section 4)."""

    key: bytes = field(repr=False)

    def person(self, bsn: Bsn) -> PersonId:
        return PersonId(self._mac(f"person:{bsn.digits}"))

    def claim(self, bsn: Bsn, born: BirthDate) -> ClaimId:
        return ClaimId(self._mac(f"claim:{bsn.digits}:{born.iso}"))

    def address(self, lines: Iterable[str]) -> AddressId:
        return AddressId(self._mac(f"address:{' '.join(' '.join(lines).casefold().split())}"))

    def _mac(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
