"""Mandate codes: eleven random characters and a check character, kept only as a slow keyed hash (security.md 2)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NewType

from chalicelib.people.pseudonym import ClaimId

Code = NewType("Code", str)
"""Twelve characters in their plain form. Lives in memory and inside the sealed letter only."""

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
"""No vowels, so no words; no Y, 0 and 1, so nothing that looks alike. 28 characters (machtigen.md 3.2)."""

LENGTH, GROUP = 12, 4
_PRIME = 29
"""Smallest prime above the alphabet's size: with distinct weights every single typing error changes the sum,
and so does every swap of two characters."""

_OFFENSIVE = re.compile("KKR|NSB|KNK|FCK|KKK|NZ|SS|H8|88|GVD|NGR")
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015_]")

_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


def generate(pick: Callable[[int], int]) -> Code:
    """Make a code. `pick(n)` returns a uniform number below n from a secure source, as `secrets.randbelow` does."""
    return Code(drawn(LENGTH, pick))


def drawn(length: int, pick: Callable[[int], int]) -> str:
    """Draw characters, the last of which is the check character of the others."""
    while True:
        body = "".join(ALPHABET[pick(len(ALPHABET))] for _ in range(length - 1))
        check = -_weighed(body) % _PRIME
        if check < len(ALPHABET) and not _OFFENSIVE.search(code := body + ALPHABET[check]):
            return code


def typed_code(text: str) -> Code:
    """Read a code as typed or pasted: case, spaces and dashes do not matter. Raises `ValueError` for a typing error."""
    return Code(checked(text, LENGTH))


def checked(text: str, length: int) -> str:
    """Read so many characters, the last of which is their check character, in their plain form."""
    code = _SEPARATORS.sub("", text).upper()
    if len(code) != length or any(character not in ALPHABET for character in code):
        raise ValueError("not a code")
    if (_weighed(code[:-1]) + ALPHABET.index(code[-1])) % _PRIME:
        raise ValueError("check character does not fit")
    return code


def grouped(code: str) -> str:
    """Write a code for people: `XXXX-XXXX-XXXX`."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _weighed(body: str) -> int:
    return sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=2))


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is stored of a code, and under which pepper."""

    pepper_id: str
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Peppers:
    """Secret keys by id, for rotation: new codes use the current one, the others still verify."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def from_secret(cls, secret: Mapping[str, object]) -> "Peppers":
        """Read `{"current": id, "keys": {id: base64}}`."""
        keys = secret["keys"]
        if not isinstance(keys, dict):
            raise TypeError("a pepper secret holds a table of keys")
        return cls(str(secret["current"]), {name: base64.b64decode(key) for name, key in keys.items()})

    def fingerprint(self, code: Code, claim: ClaimId) -> Fingerprint:
        return Fingerprint(self.current, self._digest(self.current, _slow(code, claim)))

    def recognise(self, code: Code, claim: ClaimId) -> Callable[[Fingerprint], bool]:
        """Return a test for stored fingerprints. The slow work is done once and always, found or not."""
        slow = _slow(code, claim)

        def matches(stored: Fingerprint) -> bool:
            # Under a pepper that was retired nothing matches; what it costs stays the same.
            known = stored.pepper_id in self.keys
            digest = self._digest(stored.pepper_id if known else self.current, slow)
            return hmac.compare_digest(digest, stored.digest) and known

        return matches

    def _digest(self, pepper_id: str, slow: bytes) -> bytes:
        return hmac.new(self.keys[pepper_id], slow, hashlib.sha256).digest()


def _slow(code: Code, claim: ClaimId) -> bytes:
    return hashlib.scrypt(code.encode(), salt=claim.encode(), **_SCRYPT)
