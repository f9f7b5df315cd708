import pytest
import xmlsec
from lxml import etree

from chalicelib.saml.craft.encryption import AES_256_CBC, AES_256_GCM, EncryptionKey, Recipient
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.messages.encrypted import encrypted_assertion
from chalicelib.saml.messages.outgoing import written_out
from tests.saml.hostile.samples import assertion
from tests.saml.provider import KEYS, NAMES, found


def _encrypted(*methods: str) -> etree._Element:
    signed = etree.tostring(found(assertion().signed(), "a:Assertion"))
    key = EncryptionKey("one", Certificate.from_pem(KEYS.certificate))
    return etree.fromstring(
        written_out(encrypted_assertion(signed, Recipient("urn:reader", (key,), frozenset(methods))))
    )


def _octets(holder: etree._Element) -> bytes:
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(KEYS.key, xmlsec.KeyFormat.PEM))
    data = found(holder, "e:EncryptedData")
    del data.attrib["Type"]
    return bytes(xmlsec.EncryptionContext(manager).decrypt(data))


def test_what_is_encrypted_can_be_read_by_itself() -> None:
    """A client that does not put it back in its place still finds its namespaces and a signature that verifies."""
    root = etree.fromstring(_octets(_encrypted()))
    assert root.tag == f"{{{NAMES['a']}}}Assertion"
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(assertion().keys.certificate, xmlsec.KeyFormat.CERT_PEM)
    context.register_id(root, "ID")
    context.verify(found(root, "d:Signature"))


@pytest.mark.parametrize(
    ("offered", "used"),
    [
        ((), AES_256_GCM),
        (("urn:unknown",), AES_256_GCM),
        ((AES_256_CBC,), AES_256_CBC),
        ((AES_256_CBC, AES_256_GCM), AES_256_GCM),
    ],
)
def test_the_cipher_is_gcm_unless_only_another_is_offered(offered: tuple[str, ...], used: str) -> None:
    method = found(_encrypted(*offered), "e:EncryptedData/e:EncryptionMethod")
    assert method.get("Algorithm") == used


def test_the_type_says_that_an_element_is_inside() -> None:
    assert found(_encrypted(), "e:EncryptedData").get("Type") == "http://www.w3.org/2001/04/xmlenc#Element"
