"""What only its readers can read: an assertion as a whole, or identifiers one by one (combiconnect.md 3.6)."""

import base64
from collections.abc import Callable, Sequence

from saml2 import saml
from saml2 import xmldsig as ds
from saml2 import xmlenc as xenc

from chalicelib.saml.craft.encryption import (
    AES_256_CBC,
    AES_256_GCM,
    CIPHERS,
    RSA_OAEP,
    EncryptionKey,
    Recipient,
    sealed,
    wrapped,
)
from chalicelib.saml.craft.uris import ENCRYPTION, SIGNATURE

_ELEMENT, _KEY = f"{ENCRYPTION}Element", f"{ENCRYPTION}EncryptedKey"


def encrypted_assertion(assertion: bytes, recipient: Recipient) -> saml.EncryptedAssertion:
    """Return an EncryptedAssertion with a key for each of the recipient's, inside the KeyInfo as most clients want.

    It is AES-256-GCM, unless the recipient's metadata offers only others of those we can make. The octets are those of
    the assertion by itself, with all its namespaces: many a client reads them without what is around.
    """
    keys = recipient.keys
    cipher = next((cipher for cipher in CIPHERS if cipher in recipient.methods), AES_256_GCM)
    key, value = sealed(assertion, cipher)
    inside = [_encrypted_key(key, one, named=len(keys) > 1) for one in keys]
    return saml.EncryptedAssertion(encrypted_data=_encrypted_data(value, cipher, ds.KeyInfo(encrypted_key=inside)))


def encrypted_id(identifier: bytes, recipients: Sequence[Recipient], new_id: Callable[[], str]) -> saml.EncryptedID:
    """Return an EncryptedID as CombiConnect lays it out: the keys stand beside the data (combiconnect.md 3.6)."""
    key, value = sealed(identifier, AES_256_CBC)
    data_id, key_name = f"_{new_id()}", f"cek-{new_id()}"
    beside = []
    for recipient in recipients:
        for one in recipient.keys:
            encrypted_key = _encrypted_key(key, one)
            encrypted_key.id, encrypted_key.recipient = f"_{new_id()}", recipient.entity_id
            encrypted_key.reference_list = xenc.ReferenceList(data_reference=[xenc.DataReference(uri=f"#{data_id}")])
            beside.append(encrypted_key)
    if len(beside) == 1:
        info = ds.KeyInfo(retrieval_method=[ds.RetrievalMethod(type=_KEY, uri=f"#{beside[0].id}")])
    else:
        info = ds.KeyInfo(key_name=[ds.KeyName(text=key_name)])
        for encrypted_key in beside:
            encrypted_key.carried_key_name = xenc.CarriedKeyName(text=key_name)
    return saml.EncryptedID(encrypted_data=_encrypted_data(value, AES_256_CBC, info, data_id), encrypted_key=beside)


def _encrypted_data(value: bytes, cipher: str, info: ds.KeyInfo, data_id: str | None = None) -> xenc.EncryptedData:
    return xenc.EncryptedData(
        id=data_id,
        type=_ELEMENT,
        encryption_method=xenc.EncryptionMethod(algorithm=cipher),
        key_info=info,
        cipher_data=_cipher_data(value),
    )


def _encrypted_key(key: bytes, to: EncryptionKey, *, named: bool = True) -> xenc.EncryptedKey:
    digest = ds.DigestMethod(algorithm=f"{SIGNATURE}sha1")
    return xenc.EncryptedKey(
        encryption_method=xenc.EncryptionMethod(algorithm=RSA_OAEP, extension_elements=[digest]),
        key_info=ds.KeyInfo(key_name=[ds.KeyName(text=to.name)]) if named else None,
        cipher_data=_cipher_data(wrapped(key, to.certificate)),
    )


def _cipher_data(octets: bytes) -> xenc.CipherData:
    return xenc.CipherData(cipher_value=xenc.CipherValue(text=base64.b64encode(octets).decode()))
