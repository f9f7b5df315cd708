"""Field encryption: AES-256-GCM under data keys that only KMS can open (envelope encryption)."""

import secrets
import struct
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.outage import outage

_NONCE, _VERSION = 12, 1
_HEADER = struct.Struct(">BH")
_KEYS_KEPT, _USES_PER_KEY = 256, 1000


class Seals(Protocol):
    """Seals a text, for one context only. Raises `Unavailable` when there is no key."""

    def seal(self, text: str, context: str) -> bytes: ...


class Vault(Seals, Protocol):
    """Seals a text so that only the same context opens it again. Both raise `Unavailable` when there is no key."""

    def open(self, sealed: bytes, context: str) -> str:
        """Raise `ValueError` if it was sealed for another context, or changed."""
        ...


class KmsVault:
    """A blob is version, length of the wrapped key, wrapped key, nonce, ciphertext with tag.

    The context (for example `case:<id>`) is authenticated with the text, so that a blob copied to another
    record does not open there. Opened data keys are kept, so that a page of records costs few calls to KMS.
    """

    _KMS_CONTEXT: Mapping[str, str] = {"use": "fields"}

    def __init__(self, kms: Any, key_id: str) -> None:  # noqa: ANN401 - boto3 clients have no public type
        self._kms, self._key_id = kms, key_id
        self._opened: OrderedDict[bytes, AESGCM] = OrderedDict()
        self._current, self._uses = b"", _USES_PER_KEY

    def seal(self, text: str, context: str) -> bytes:
        if self._uses >= _USES_PER_KEY:
            self._renew()
        self._uses += 1
        wrapped = self._current
        nonce = secrets.token_bytes(_NONCE)  # never chosen by a test: a nonce must not repeat
        sealed = self._key(wrapped).encrypt(nonce, text.encode(), context.encode())
        return _HEADER.pack(_VERSION, len(wrapped)) + wrapped + nonce + sealed

    def open(self, sealed: bytes, context: str) -> str:
        version, length = _HEADER.unpack_from(sealed)
        if version != _VERSION:
            raise ValueError("unknown version of a sealed field")
        start = _HEADER.size + length
        wrapped, nonce, body = sealed[_HEADER.size : start], sealed[start : start + _NONCE], sealed[start + _NONCE :]
        try:
            return self._key(wrapped).decrypt(nonce, body, context.encode()).decode()
        except InvalidTag as error:
            raise ValueError("a sealed field does not open in this context") from error

    def _renew(self) -> None:
        with outage("kms"):
            made = self._kms.generate_data_key(
                KeyId=self._key_id, KeySpec="AES_256", EncryptionContext=self._KMS_CONTEXT
            )
            wrapped, key = made["CiphertextBlob"], AESGCM(made["Plaintext"])
        self._remember(wrapped, key)
        self._current, self._uses = wrapped, 0

    def _key(self, wrapped: bytes) -> AESGCM:
        if (known := self._opened.get(wrapped)) is not None:
            return known
        with outage("kms"):
            opened = self._kms.decrypt(CiphertextBlob=wrapped, KeyId=self._key_id, EncryptionContext=self._KMS_CONTEXT)
            key = AESGCM(opened["Plaintext"])
        return self._remember(wrapped, key)

    def _remember(self, wrapped: bytes, key: AESGCM) -> AESGCM:
        self._opened[wrapped] = key
        while len(self._opened) > _KEYS_KEPT:
            self._opened.popitem(last=False)
        return key
