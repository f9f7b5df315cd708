"""Encryption: octets under a fresh key, that key under a reader's, and what others encrypted to us (XML Encryption)."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

import xmlsec
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.keys import Certificate, PrivateKey
from chalicelib.saml.craft.parsing import only
from chalicelib.saml.craft.uris import ENCRYPTION, tag

_GCM = "http://www.w3.org/2009/xmlenc11#aes{bits}-gcm"
AES_256_GCM, AES_128_GCM = _GCM.format(bits=256), _GCM.format(bits=128)
AES_256_CBC, AES_128_CBC = f"{ENCRYPTION}aes256-cbc", f"{ENCRYPTION}aes128-cbc"
CIPHERS = {AES_256_GCM: 32, AES_128_GCM: 16, AES_256_CBC: 32, AES_128_CBC: 16}
"""Those that we write and read, in order of preference, with the bytes of their key."""

RSA_OAEP = f"{ENCRYPTION}rsa-oaep-mgf1p"
"""The one key transport that we write and read; RSA 1.5 tells too much to who tries (XML Encryption 1.1, 6.1.2)."""

_NONCE, _BLOCK = 12, 16


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A partner's certificate to encrypt with, under the name that it has in the partner's metadata."""

    name: str
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who may read an assertion or identifier, with every key it may hold: two while it changes certificates."""

    entity_id: str
    keys: tuple[EncryptionKey, ...]
    methods: frozenset[str] = frozenset()
    """What its metadata offers, if it says so."""


def sealed(octets: bytes, cipher: str) -> tuple[bytes, bytes]:
    """Return a fresh key, and the octets under it as XML Encryption writes them (5.2)."""
    key = secrets.token_bytes(CIPHERS[cipher])
    if cipher in (AES_256_GCM, AES_128_GCM):
        nonce = secrets.token_bytes(_NONCE)
        return key, nonce + AESGCM(key).encrypt(nonce, octets, None)
    pad = _BLOCK - len(octets) % _BLOCK
    vector = secrets.token_bytes(_BLOCK)
    encryptor = Cipher(AES(key), CBC(vector)).encryptor()
    return key, vector + encryptor.update(octets + secrets.token_bytes(pad - 1) + bytes([pad])) + encryptor.finalize()


def wrapped(key: bytes, certificate: Certificate) -> bytes:
    """Return a key under a reader's certificate, by `RSA_OAEP`."""
    # SHA-1 as the padding's function is what the field agreed on, and is not weakened by collisions (1.8).
    return certificate.public_key.encrypt(key, padding.OAEP(padding.MGF1(SHA1()), SHA1(), None))  # noqa: S303 - see above


def opened(encrypted: etree._Element, keys: Iterable[PrivateKey]) -> bytes:
    """Return the octets in an EncryptedAssertion or EncryptedID. Only to be called on what was signed.

    Raises `InvalidMessage`, the same whatever is wrong inside the ciphertext.
    """
    data = only(encrypted, "xenc:EncryptedData")
    _check_methods(data, CIPHERS)
    for encrypted_key in encrypted.iter(tag("xenc:EncryptedKey")):
        _check_methods(encrypted_key, (RSA_OAEP,))
    # Senders put the keys beside the data or inside it; xmlsec looks inside. Without a type it hands out octets.
    data.attrib.pop("Type", "")
    info = data.find(tag("ds:KeyInfo"))
    if info is None:
        info = etree.Element(tag("ds:KeyInfo"))
        data.insert(1, info)
    info.extend(encrypted.findall(tag("xenc:EncryptedKey")))
    ours = tuple(keys)
    for key in ours:
        try:
            return bytes(xmlsec.EncryptionContext(_manager(key)).decrypt(data))
        except (xmlsec.Error, TypeError):
            continue
    received = f"{len(info.findall(tag('xenc:EncryptedKey')))} xenc:EncryptedKey"
    raise InvalidMessage("cannot be opened", received=received, expected=[key.certificate.fingerprint for key in ours])


def _check_methods(element: etree._Element, allowed: Collection[str]) -> None:
    if (method := only(element, "xenc:EncryptionMethod").get("Algorithm", "")) not in allowed:
        raise InvalidMessage("cannot be opened", received=method, expected=f"one of {', '.join(allowed)}")
    if element.find(f".//{tag('xenc:CipherReference')}") is not None:
        raise InvalidMessage("cannot be opened", received="xenc:CipherReference", expected="xenc:CipherValue")


@lru_cache(maxsize=256)
def _manager(key: PrivateKey) -> xmlsec.KeysManager:
    """Kept per key: a new one reads the system's certificates, which costs more than the whole answer."""
    manager = xmlsec.KeysManager()
    manager.add_key(key.xmlsec_key)
    return manager
