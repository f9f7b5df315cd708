"""Letters that the release before sealed, opened, until none of them lies in a queue.

AES-256-GCM under data keys that only KMS can open (envelope encryption).
"""

import struct
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE, _VERSION = 12, 1
_HEADER = struct.Struct(">BH")
_KEYS_KEPT = 256


class VaultOpener:
    """Opens what chalicelib/people/vault.py sealed: version, length of the wrapped key, wrapped key, nonce, ciphertext.

    Opened data keys are kept, so that many letters cost few calls to KMS.
    """

    def __init__(self, kms: Any, key_id: str) -> None:  # noqa: ANN401 - boto3 clients have no public type
        self._kms, self._key_id = kms, key_id
        self._key = lru_cache(_KEYS_KEPT)(self._unwrapped)

    def open(self, sealed: bytes, context: str) -> str:
        """Return the text. Raises `ValueError` for another context or a changed text, and what the SDK raises."""
        if len(sealed) < _HEADER.size or sealed[0] != _VERSION:
            raise ValueError("unknown version of a sealed letter")
        _, length = _HEADER.unpack_from(sealed)
        start = _HEADER.size + length
        wrapped, nonce, body = sealed[_HEADER.size : start], sealed[start : start + _NONCE], sealed[start + _NONCE :]
        try:
            return self._key(wrapped).decrypt(nonce, body, context.encode()).decode()
        except InvalidTag as error:
            raise ValueError("a sealed letter does not open in this context") from error

    def _unwrapped(self, wrapped: bytes) -> AESGCM:
        opened = self._kms.decrypt(CiphertextBlob=wrapped, KeyId=self._key_id, EncryptionContext={"use": "fields"})
        return AESGCM(opened["Plaintext"])
