"""Metadata as real partners write it: what can be used is, what cannot is told, and what misleads is refused."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from chalicelib.catalogue.model import LONGEST_ENTITY_ID
from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.gate import from_post
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.shapes import AUTHN_REQUEST
from chalicelib.saml.craft.uris import PROTOCOL
from chalicelib.saml.partners.endpoints import mistake_in
from chalicelib.saml.partners.registration import import_metadata, warnings
from chalicelib.saml.partners.roles import ServiceProvider, read_identity_provider, read_service_provider
from provisioning.keys import KeyPair
from tests.saml.hostile.forging import sign
from tests.saml.hostile.samples import METADATA
from tests.saml.provider import KEYS, NAMES, SAML, FakeProvider

NOW = datetime(2031, 1, 1, tzinfo=UTC)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_RSA_KEY, _UNKNOWN_KEY = bytes.fromhex("06092a864886f70d010101"), bytes.fromhex("06092a0304050607080901")


@cache
def a_key(name: str) -> Key:
    if name.startswith("EC"):
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, 1024 if name == "small" else 2048)


@cache
def certificate(name: str, issuer: str = "", days: int = 800) -> str:
    """Make a certificate in base64, by an issuer or by its own key; its subject is its name."""
    key, by = a_key(name), a_key(issuer or name)
    subject, issued_by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer or name))
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issued_by)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=900))
        .not_valid_after(NOW + timedelta(days=days))
        .sign(by, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode().strip().partition("\n")[2].rpartition("\n")[0]


def of_unknown_kind() -> str:
    """Return a certificate whose key is of a kind that nobody knows: the OID in it is changed."""
    der = base64.b64decode("".join(certificate("one").split()))
    place = der.index(_RSA_KEY)
    return base64.b64encode(der[:place] + _UNKNOWN_KEY + der[place + len(_RSA_KEY) :]).decode()


def x509_data(*certificates: str) -> str:
    return (
        "<ds:X509Data>"
        + "".join(f"<ds:X509Certificate>{one}</ds:X509Certificate>" for one in certificates)
        + ("</ds:X509Data>")
    )


def described(*key_infos: str, role: str = "", entity: str = "", more: str = "", consumers: str = "") -> bytes:
    keys = "".join(f"<md:KeyDescriptor><ds:KeyInfo>{one}</ds:KeyInfo></md:KeyDescriptor>" for one in key_infos)
    consumers = consumers or consumer('index="0"')
    return f"""<md:EntityDescriptor xmlns:md="{METADATA}" xmlns:ds="{NAMES["d"]}" {entity}
 entityID="https://sp.example/md">
<md:SPSSODescriptor protocolSupportEnumeration="{PROTOCOL}" {role}>{keys}{more}{consumers}</md:SPSSODescriptor>
</md:EntityDescriptor>""".encode()


def consumer(attributes: str, location: str = "https://sp.example/acs", binding: str = "HTTP-POST") -> str:
    return f'<md:AssertionConsumerService Binding="{SAML}:bindings:{binding}" Location="{location}" {attributes}/>'


def read(*key_infos: str, **more: str) -> ServiceProvider:
    return read_service_provider(described(*key_infos, **more), NOW)


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


DEFAULTS = [
    (['index="5"', 'index="2"'], 5),
    (['index="5" isDefault="false"', 'index="3"', 'index="2"'], 3),
    (['index="5"', 'index="3" isDefault="true"'], 3),
    (['index="5"', 'index="3" isDefault="1"'], 3),
    (['index="5" isDefault="0"', 'index="2" isDefault="false"'], 5),
]


@pytest.mark.parametrize(("marks", "index"), DEFAULTS)
def test_the_default_consumer_is_the_first_in_the_document_that_is_not_marked_false(
    marks: list[str], index: int
) -> None:
    provider = read(x509_data(certificate("leaf")), consumers="".join(map(consumer, marks)))
    assert provider.consumers[0].index == index


MISTAKES = {
    "": "no address",
    "https://a_b.example/acs": "an underscore in the host",
    "https://sp.example:99999/acs": "a port that is not from 1 to 65535",
    "https://sp.example:0/acs": "a port that is not from 1 to 65535",
    "http://sp.example/acs": "not an https address",
    "ftp://sp.example/": "not an https address of plain characters",
    "https://user@sp.example/": "not an https address of plain characters",
    "https://sp.example/a b": "not an https address of plain characters",
    "https://sp.example/é": "not an https address of plain characters",
    "https://sp.example\\@evil.example/": "not an https address of plain characters",
    f"https://sp.example/{'x' * 2000}": "an address of more than 2000 characters",
}


@pytest.mark.parametrize("location", MISTAKES)
def test_an_address_that_cannot_be_used_is_told_with_what_is_wrong(location: str) -> None:
    good = consumer('index="1"')
    provider = read(x509_data(certificate("leaf")), consumers=consumer('index="0"', location) + good)
    assert [one.index for one in provider.consumers] == [1]
    assert provider.passed_over == (f"AssertionConsumerService 1: {MISTAKES[location]}",)
    with pytest.raises(InvalidMessage, match=MISTAKES[location]):
        read(x509_data(certificate("leaf")), consumers=consumer('index="0"', location))


@pytest.mark.parametrize(
    "location", ["https://sp.example", "https://sp.example:8443/a?b=c#d", "http://localhost:8001/", "http://127.0.0.1"]
)
def test_an_address_that_can_be_used_has_no_mistake(location: str) -> None:
    assert mistake_in(location) == ""


def test_a_logout_address_that_cannot_be_used_is_passed_over_and_told() -> None:
    def slo(location: str, back: str = "") -> str:
        response = f' ResponseLocation="{back}"' if back else ""
        return f'<md:SingleLogoutService Binding="{SAML}:bindings:HTTP-POST" Location="{location}"{response}/>'

    good = "https://sp.example/slo"
    provider = read(
        x509_data(certificate("leaf")),
        more=slo("https://a_b.example/") + slo(good, "https://sp.example:99999/") + slo(good),
    )
    assert [one.location for one in provider.logout] == [good]
    assert provider.passed_over == (
        "SingleLogoutService 1: an underscore in the host",
        "SingleLogoutService 2: a port that is not from 1 to 65535",
    )


SERVICE = (
    '<md:AttributeConsumingService index="{}"><md:ServiceName xml:lang="nl">X</md:ServiceName>'
    "</md:AttributeConsumingService>"
)
REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "two services with one index": ({"more": SERVICE.format(1) + SERVICE.format(1)}, "two AttributeConsumingServices"),
    "two consumers with one index": (
        {"consumers": consumer('index="1"') * 2},
        "two AssertionConsumerServices with one index",
    ),
    "an index of 5,000 digits": ({"consumers": consumer(f'index="{"9" * 5000}"')}, "index"),
    "an index of another script": ({"consumers": consumer('index="١"')}, "index"),
    "a service's index of 5,000 digits": ({"more": SERVICE.format("9" * 5000)}, "index"),
    "a namespace that is relative": ({"role": 'xmlns:r="relative"'}, "a namespace is not an absolute URI"),
    "a namespace that is no URI": ({"role": 'xmlns:r="x y"'}, "not XML"),
    "an end in the year 1": ({"entity": 'validUntil="0001-01-01T00:00:00+01:00"'}, "edge of the calendar"),
    "an end in the year 9999": ({"entity": 'validUntil="9999-12-31T23:59:59-01:00"'}, "edge of the calendar"),
    "a role's end in the year 9999": ({"role": 'validUntil="9999-12-31T23:59:59Z"'}, "edge of the calendar"),
    "an end that is none": ({"entity": 'validUntil="tomorrow"'}, "not an instant"),
    "an end without a zone": ({"entity": 'validUntil="2032-01-01T00:00:00"'}, "not an instant with a time zone"),
    "a role that is over": ({"role": 'validUntil="2030-01-01T00:00:00Z"'}, "has expired"),
    "an ID that is no name": ({"entity": 'ID="1"'}, "ID is not a name"),
    "a long ID": ({"entity": f'ID="_{"x" * 128}"'}, "ID is not a name"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_misleads_is_refused_in_words(name: str) -> None:
    changes, reason = REFUSED[name]
    with pytest.raises(InvalidMessage, match=reason):
        read(x509_data(certificate("leaf")), **changes)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (lambda raw: raw.replace(PROTOCOL.encode(), b"urn:oasis:names:tc:SAML:1.1:protocol"), "protocolSupport"),
        (lambda raw: raw.replace(b"https://sp.example/md", b"x" * (LONGEST_ENTITY_ID + 1)), "entityID"),
    ],
)
def test_a_role_of_another_protocol_and_a_boundless_name_are_refused(
    document: Callable[[bytes], bytes], reason: str
) -> None:
    with pytest.raises(InvalidMessage, match=reason):
        read_service_provider(document(described(x509_data(certificate("leaf")))), NOW)


def test_a_role_that_names_no_protocol_is_told() -> None:
    raw = described(x509_data(certificate("leaf"))).replace(f'protocolSupportEnumeration="{PROTOCOL}"'.encode(), b"")
    (told,) = read_service_provider(raw, NOW).passed_over
    assert told == "SPSSODescriptor: no protocolSupportEnumeration, taken for SAML 2.0"


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "Utf-8", "uTF-8"])
def test_encodings_are_compared_without_case(encoding: str) -> None:
    raw = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + described(x509_data(certificate("leaf")))
    assert read_service_provider(raw, NOW).entity_id == "https://sp.example/md"


def test_xml_base_in_metadata_is_passed_over() -> None:
    assert read(x509_data(certificate("leaf")), entity='xml:base="https://elsewhere.example/"').consumers


def test_the_end_of_a_role_counts_as_that_of_the_document() -> None:
    provider = read(
        x509_data(certificate("leaf")),
        entity='validUntil="2032-01-01T00:00:00Z"',
        role='validUntil="2031-06-01T00:00:00Z"',
    )
    assert provider.valid_until == datetime(2031, 6, 1, tzinfo=UTC)


def test_registration_warns_of_what_ends_soon_and_of_what_has_ended() -> None:
    document = described(
        x509_data(certificate("leaf")),
        x509_data(certificate("old", days=-1)),
        entity='validUntil="2031-01-03T00:00:00Z"',
    )
    told = warnings(import_metadata(document, NOW), NOW)
    assert "the metadata (validUntil) ends on 2031-01-03" in told
    assert "a certificate for signing ended on 2030-12-31" in told
    assert not [one for one in told if "2033" in one]


def test_an_identity_providers_addresses_are_looked_at_too() -> None:
    def idp(location: str) -> bytes:
        return (
            described(x509_data(certificate("leaf")))
            .replace(b"SPSSO", b"IDPSSO")
            .replace(
                consumer('index="0"').encode(),
                f'<md:SingleSignOnService Binding="{SAML}:bindings:HTTP-POST" Location="{location}"/>'.encode(),
            )
        )

    assert read_identity_provider(idp("https://idp.example/sso"), NOW).sign_on
    with pytest.raises(InvalidMessage, match="SingleSignOnService 1: a port"):
        read_identity_provider(idp("https://idp.example:99999/sso"), NOW)
