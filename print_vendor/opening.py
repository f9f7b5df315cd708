"""What is sealed for us, opened: JWE under our own keys, of which there are two while one rolls over."""

import base64
import json
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from chalicelib.letters.contract.letter import LETTER_SCHEMA, Letter
from chalicelib.letters.contract.messages import SealedLetter, sealing_context
from chalicelib.letters.contract.schema import hold

_ALGORITHMS = ["RSA-OAEP-256", "A256GCM"]
"""Nothing else is opened: who chooses the way chooses the weakest."""

_PAUSE = 60.0
"""Seconds between two looks for a key that we do not know."""


class DoesNotOpen(ValueError):
    """Something sealed that no key of ours opens, or that was changed. It says which, and quotes nothing."""


class OpensOfBefore(Protocol):
    """Opens what the release before sealed (sealed.py)."""

    def open(self, sealed: bytes, context: str) -> str: ...


class Keys:
    """Private keys as a JWK Set. `read` returns its text: read again when a letter names a key that is not in it."""

    def __init__(self, read: Callable[[], str], stopwatch: Callable[[], float] = time.monotonic) -> None:
        self._read, self._stopwatch = read, stopwatch
        self._known: KeySet | None = None
        self._looked = 0.0

    def open(self, content: str) -> str:
        """Return the text in a JWE. Raises `DoesNotOpen`, `BadKeys`, and what `read` raises."""
        known = self._with(_kid(content))
        try:
            opened = jwe.decrypt_compact(content, known, algorithms=_ALGORITHMS)
            return (opened.plaintext or b"").decode()
        except Exception:  # noqa: BLE001 - whatever a library makes of what is odd
            # From nothing: what it says may quote what was sealed.
            raise DoesNotOpen("a sealed letter does not open: it was changed, or is no JWE") from None

    def _with(self, kid: str) -> KeySet:
        now = self._stopwatch()
        if self._known is None or (not _has(self._known, kid) and now >= self._looked + _PAUSE):
            self._known, self._looked = key_set(self._read()), now
        if not _has(self._known, kid):
            raise DoesNotOpen("a sealed letter names a key that we do not have")
        return self._known


class BadKeys(Exception):
    """Keys that cannot be read; it shows nothing of them."""


@lru_cache(maxsize=2)
def key_set(text: str) -> KeySet:
    """Read private RSA keys, each with its `kid`: a JWK Set, or one JWK. Raises `BadKeys`.

    The same text is read once: to see that a key is one takes longer than to print a letter.
    """
    try:
        values = json.loads(text)
        found = [RSAKey.import_key(one) for one in values.get("keys", [values])]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise BadKeys("the keys are no JWK Set of RSA keys") from None
    if not found or not all(one.is_private and one.kid for one in found):
        raise BadKeys("each of the keys has to be a private one, with a kid")
    return KeySet([*found])


def _has(known: KeySet, kid: str) -> bool:
    return any(one.kid == kid for one in known.keys)


def _kid(content: str) -> str:
    """Return which key a JWE names. Raises `DoesNotOpen` for one that names none: we do not try them all."""
    header = content.partition(".")[0]
    try:
        kid = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise DoesNotOpen("a sealed letter does not open: it is no JWE, or names no key") from None
    if not isinstance(kid, str):
        raise DoesNotOpen("a sealed letter names no key")
    return kid


class Opener:
    """Opens messages of letters, and holds what is in them to its schema."""

    def __init__(self, keys: Keys, of_before: OpensOfBefore | None = None) -> None:
        self._keys, self._of_before = keys, of_before

    def letter(self, message: SealedLetter) -> Letter:
        """Return the letter in a message. Raises `ValueError` for what is none, or another's; it quotes nothing."""
        letter_id = message.letter_id
        if message.content is not None:
            text = self._keys.open(message.content)
            hold(LETTER_SCHEMA, _values(text))
        elif self._of_before is not None:
            text = self._of_before.open(message.sealed, sealing_context(letter_id))
        else:
            raise DoesNotOpen("a sealed letter is of a form that nobody sends any more")
        letter = Letter.from_json(text)
        if letter.letter_id != letter_id:
            raise DoesNotOpen("a sealed letter is another than its message says")
        return letter


def _values(text: str) -> object:
    try:
        values: object = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("no letter") from None
    return values
