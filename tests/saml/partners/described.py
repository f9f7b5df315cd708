"""Metadata of partners that tests write: keys, chains, consumers, and what stands around them."""

import base64
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from chalicelib.saml.craft.uris import PROTOCOL
from chalicelib.saml.partners.roles import ServiceProvider, read_service_provider
from tests.saml.hostile.samples import METADATA
from tests.saml.provider import NAMES, SAML

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
