"""EncryptedAssertion: the assertion under a fresh AES key, that key under the provider's RSA key (XML Encryption)."""

from functools import lru_cache

import xmlsec
from lxml import etree

from chalicelib.saml.keys import Certificate
from chalicelib.saml.names import tag
from chalicelib.saml.partners import ServiceProvider

AES_256_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
_CIPHERS = {
    AES_256_GCM: (xmlsec.Transform.AES256_GCM, 256),
    "http://www.w3.org/2009/xmlenc11#aes128-gcm": (xmlsec.Transform.AES128_GCM, 128),
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc": (xmlsec.Transform.AES256, 256),
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc": (xmlsec.Transform.AES128, 128),
}
"""In order of preference."""


def encrypted(assertion: etree._Element, provider: ServiceProvider) -> etree._Element:
    """Return an EncryptedAssertion that the provider can open with the first encryption key of its metadata."""
    holder = etree.Element(tag("saml:EncryptedAssertion"), nsmap={"saml": etree.QName(assertion).namespace})
    cipher, bits = _cipher(provider)
    data = xmlsec.template.encrypted_data_create(holder, cipher, type=xmlsec.EncryptionType.ELEMENT, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    key_info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    encrypted_key = xmlsec.template.add_encrypted_key(key_info, xmlsec.Transform.RSA_OAEP)
    xmlsec.template.encrypted_data_ensure_cipher_value(encrypted_key)
    holder.append(assertion)
    context = xmlsec.EncryptionContext(_manager(provider.encryption[0]))
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, bits, xmlsec.KeyDataType.SESSION)
    holder.append(context.encrypt_xml(data, assertion))
    return holder


def _cipher(provider: ServiceProvider) -> tuple[xmlsec.Transform, int]:
    """Choose AES-256-GCM, unless the provider's metadata only offers something else."""
    return next(
        (choice for algorithm, choice in _CIPHERS.items() if algorithm in provider.encryption_methods),
        _CIPHERS[AES_256_GCM],
    )


@lru_cache(maxsize=256)
def _manager(certificate: Certificate) -> xmlsec.KeysManager:
    """Kept per certificate: a new one reads the system's certificates, which costs more than the whole answer."""
    manager = xmlsec.KeysManager()
    manager.add_key(certificate.xmlsec_key)
    return manager
