"""Keys and self-signed certificates: for the laptop, and for a stage until its own certificates are there."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from joserfc.jwk import RSAKey


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key (PKCS #8) and its certificate, both in PEM."""

    key: str = field(repr=False)
    certificate: str

    @property
    def certificate_body(self) -> str:
        """The base64 of the certificate on one line, as it stands in metadata."""
        return "".join(self.certificate.strip().splitlines()[1:-1])


def new_key_pair(
    name: str,
    *,
    days: int = 30,
    bits: int = 2048,
    oin: str | None = None,
    host: str = "",
    authority: bool = False,
    issuer: KeyPair | None = None,
    now: datetime | None = None,
) -> KeyPair:
    """Make an RSA key and a certificate for it that is valid from now: of an organisation, or for a host as well.

    An `authority` vouches for others, as the `issuer` of theirs; without one a certificate vouches for itself.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    number = [x509.NameAttribute(NameOID.SERIAL_NUMBER, oin)] if oin else []
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name), *number])
    now = now or datetime.now(UTC)
    above, signs = (subject, key) if issuer is None else (_subject(issuer), _private(issuer))
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )
    if host:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(signs, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return KeyPair(private.decode(), certificate.public_bytes(pem).decode())


def _subject(pair: KeyPair) -> x509.Name:
    return x509.load_pem_x509_certificate(pair.certificate.encode()).subject


def _private(pair: KeyPair) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pair.key.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def new_vendor_key(bits: int = 3072) -> dict[str, Any]:
    """Make a private key of a print vendor, as JWK. Its `kid` is its thumbprint (RFC 7638).

    Without dashes at the beginning: to a command that is given it, it would look like an option.
    """
    key = RSAKey.generate_key(bits, {"use": "enc", "alg": "RSA-OAEP-256"})
    return {**key.as_dict(private=True), "kid": key.thumbprint().lstrip("-")}


def public_part(key: dict[str, Any]) -> dict[str, Any]:
    """Return of a JWK what everybody may know."""
    return {name: key[name] for name in ("kty", "n", "e", "kid", "use", "alg") if name in key}
