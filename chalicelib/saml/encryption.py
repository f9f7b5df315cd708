"""EncryptedAssertion: the assertion under a fresh AES key, that key under the reader's RSA key (XML Encryption)."""

from collections.abc import Collection, Iterable
from functools import lru_cache

import xmlsec
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.keys import Certificate, PrivateKey
from chalicelib.saml.names import ENCRYPTION, tag
from chalicelib.saml.parsing import only

AES_256_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
_CIPHERS = {
    AES_256_GCM: (xmlsec.Transform.AES256_GCM, 256),
    "http://www.w3.org/2009/xmlenc11#aes128-gcm": (xmlsec.Transform.AES128_GCM, 128),
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc": (xmlsec.Transform.AES256, 256),
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc": (xmlsec.Transform.AES128, 128),
}
"""In order of preference."""

RSA_OAEP = f"{ENCRYPTION}rsa-oaep-mgf1p"
"""The one key transport that we write and read; RSA 1.5 tells too much to who tries (XML Encryption 1.1, 6.1.2)."""


def encrypted(assertion: etree._Element, certificate: Certificate, methods: Collection[str]) -> etree._Element:
    """Return an EncryptedAssertion for whoever holds the key of `certificate`.

    It is AES-256-GCM, unless `methods`, what the reader's metadata offers, has only others of those we can make.
    """
    holder = etree.Element(tag("saml:EncryptedAssertion"), nsmap={"saml": etree.QName(assertion).namespace})
    cipher, bits = _cipher(methods)
    data = xmlsec.template.encrypted_data_create(holder, cipher, type=xmlsec.EncryptionType.ELEMENT, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    key_info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    encrypted_key = xmlsec.template.add_encrypted_key(key_info, xmlsec.Transform.RSA_OAEP)
    xmlsec.template.encrypted_data_ensure_cipher_value(encrypted_key)
    context = xmlsec.EncryptionContext(_manager(certificate))
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, bits, xmlsec.KeyDataType.SESSION)
    # The octets of the assertion by itself, with all its namespaces: many a client reads them without what is around.
    context.encrypt_binary(data, etree.tostring(assertion))
    holder.append(data)
    return holder


def opened(encrypted: etree._Element, keys: Iterable[PrivateKey]) -> bytes:
    """Return the octets of the assertion in an EncryptedAssertion. Only to be called on what was signed.

    Raises `InvalidMessage`, the same whatever is wrong inside.
    """
    data = only(encrypted, "xenc:EncryptedData")
    _check_methods(data, _CIPHERS)
    for encrypted_key in encrypted.iter(tag("xenc:EncryptedKey")):
        _check_methods(encrypted_key, (RSA_OAEP,))
    # Senders put the keys beside the data or inside it; xmlsec looks inside. Without a type it hands out octets.
    data.attrib.pop("Type", "")
    info = data.find(tag("ds:KeyInfo"))
    if info is None:
        info = etree.Element(tag("ds:KeyInfo"))
        data.insert(1, info)
    info.extend(encrypted.findall(tag("xenc:EncryptedKey")))
    for key in keys:
        try:
            return bytes(xmlsec.EncryptionContext(_manager(key)).decrypt(data))
        except (xmlsec.Error, TypeError):
            continue
    raise InvalidMessage("cannot be opened")


def _cipher(methods: Collection[str]) -> tuple[xmlsec.Transform, int]:
    return next((choice for algorithm, choice in _CIPHERS.items() if algorithm in methods), _CIPHERS[AES_256_GCM])


def _check_methods(element: etree._Element, allowed: Collection[str]) -> None:
    if only(element, "xenc:EncryptionMethod").get("Algorithm", "") not in allowed:
        raise InvalidMessage("cannot be opened")
    if element.find(f".//{tag('xenc:CipherReference')}") is not None:
        raise InvalidMessage("cannot be opened")


@lru_cache(maxsize=256)
def _manager(key: Certificate | PrivateKey) -> xmlsec.KeysManager:
    """Kept per key: a new one reads the system's certificates, which costs more than the whole answer."""
    manager = xmlsec.KeysManager()
    manager.add_key(key.xmlsec_key)
    return manager
