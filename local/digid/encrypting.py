"""Encryption as senders do it with xmlsec, with the key inside the data (XML Encryption 1.1, 3.4)."""

import xmlsec
from lxml import etree


def encrypt(element: etree._Element, certificate: str, cipher: xmlsec.Transform) -> None:
    """Put EncryptedData in the place of an element, for who has the key of a certificate (PEM)."""
    data = xmlsec.template.encrypted_data_create(
        element.getparent(), cipher, type=xmlsec.EncryptionType.ELEMENT, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = xmlsec.template.add_encrypted_key(info, xmlsec.Transform.RSA_OAEP)
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, 256, xmlsec.KeyDataType.SESSION)
    context.encrypt_xml(data, element)
