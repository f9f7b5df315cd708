"""Keys in real partners' metadata: what can be used is, what cannot is told, and a CA is no partner."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.gate import from_post
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.shapes import AUTHN_REQUEST
from chalicelib.saml.partners.registration import import_metadata, warnings
from provisioning.keys import KeyPair
from tests.saml.hostile.forging import sign
from tests.saml.partners.described import NOW, a_key, certificate, described, of_unknown_kind, read, x509_data
from tests.saml.provider import KEYS, FakeProvider

CHAINS: dict[str, tuple[str, ...]] = {
    "leaf first": (x509_data(certificate("leaf", "CA"), certificate("CA")),),
    "CA first": (x509_data(certificate("CA"), certificate("leaf", "CA")),),
    "three": (x509_data(certificate("CA", "root"), certificate("leaf", "CA"), certificate("root")),),
    "without the root": (x509_data(certificate("leaf", "CA"), certificate("CA", "root")),),
    "the CA in an X509Data of its own": (x509_data(certificate("leaf", "CA")) + x509_data(certificate("CA")),),
    "a CA with an EC key": (x509_data(certificate("leaf", "EC CA"), certificate("EC CA")),),
    "twice": (x509_data(certificate("leaf", "CA")), x509_data(certificate("leaf", "CA"), certificate("CA"))),
    "a renewed one": (x509_data(certificate("leaf", "CA"), certificate("leaf", "CA", 900), certificate("CA")),),
}


@pytest.mark.parametrize("chain", CHAINS)
def test_the_certificates_of_one_x509_data_are_about_one_key_the_leafs(chain: str) -> None:
    provider = read(*CHAINS[chain])
    leaf = a_key("leaf").public_key().public_numbers()
    assert [one.public_key.public_numbers() for one in provider.signing][:1] == [leaf]
    assert {one.public_key.public_numbers() for one in provider.signing} == {leaf}
    assert {one.certificate.public_key.public_numbers() for one in provider.encryption} == {leaf}


def test_a_request_signed_by_the_key_of_the_ca_is_refused() -> None:
    provider = read(*CHAINS["CA first"])
    for name, right in (("leaf", True), ("CA", False)):
        root = FakeProvider().request()
        pem = a_key(name).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        sign(root, KeyPair(pem.decode(), KEYS.certificate))
        message = from_post(
            {"SAMLRequest": [base64.b64encode(etree.tostring(root)).decode()]}, "SAMLRequest", AUTHN_REQUEST
        )
        if right:
            assert message.accept(provider.signing)
        else:
            with pytest.raises(InvalidMessage, match="signature does not verify"):
                message.accept(provider.signing)


def test_a_leaf_that_cannot_be_used_leaves_no_key_to_its_ca() -> None:
    with pytest.raises(InvalidMessage, match=r"no certificate for signing.*KeyDescriptor 1.*not RSA"):
        read(x509_data(certificate("EC leaf", "CA"), certificate("CA")))


def test_two_unrelated_keys_in_one_x509_data_are_passed_over_and_told() -> None:
    provider = read(x509_data(certificate("one"), certificate("two")), x509_data(certificate("leaf")))
    assert len(provider.signing) == 1
    assert provider.passed_over == (
        "KeyDescriptor 1: the certificates of one X509Data are of different keys, and none issued another",
    )


UNUSABLE: dict[str, tuple[str, str]] = {
    "an EC key": (x509_data(certificate("EC")), "not RSA, received EC, expected RSA"),
    "a key of an unknown kind": (x509_data(of_unknown_kind()), "unknown kind"),
    "a small key": (x509_data(certificate("small")), "key too small, received RSA of 1024 bits"),
    "an empty certificate": ("<ds:X509Data><ds:X509Certificate/></ds:X509Data>", "no plain text in X509Certificate"),
    "white space alone": (x509_data("\n "), "no plain text in X509Certificate"),
    "no base64": (x509_data("%%%"), "not a certificate"),
    "no certificate": (x509_data("AAAA"), "not a certificate"),
    "a name alone": ("<ds:KeyName>x</ds:KeyName>", "no X509Certificate in it"),
    "nothing": ("", "no X509Certificate in it"),
}


@pytest.mark.parametrize("name", UNUSABLE)
@pytest.mark.parametrize("first", [True, False])
def test_a_key_that_we_cannot_use_is_passed_over_and_told_beside_one_that_we_can(name: str, first: bool) -> None:  # noqa: FBT001
    unusable, reason = UNUSABLE[name]
    good = x509_data(certificate("leaf"))
    provider = read(*((unusable, good) if first else (good, unusable)))
    assert provider.signing == (Certificate.from_base64(certificate("leaf")),)
    (told,) = provider.passed_over
    assert told.startswith(f"KeyDescriptor {1 if first else 2}: ")
    assert reason in told
    imported = import_metadata(described(*((unusable, good) if first else (good, unusable))), NOW)
    assert warnings(imported, NOW) == [told]


@pytest.mark.parametrize("name", UNUSABLE)
def test_alone_it_is_refused_in_words_that_name_the_place(name: str) -> None:
    unusable, reason = UNUSABLE[name]
    with pytest.raises(InvalidMessage, match=f"no certificate for signing.*KeyDescriptor 1: .*{reason}"):
        read(unusable)


def test_there_are_only_so_many_keys_to_be_tried() -> None:
    leaf = certificate("leaf")
    for key_infos in ([x509_data(leaf)] * 17, [x509_data(*[leaf] * 9)]):
        with pytest.raises(InvalidMessage, match="KeyDescriptor"):
            read(*key_infos)
