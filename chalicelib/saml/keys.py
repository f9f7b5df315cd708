"""Keys: ours to sign and decrypt with, a partner's certificates to verify and encrypt with. Parsed once."""

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from lxml import etree

from chalicelib.errors import InvalidMessage

SMALLEST_KEY = 2048


class LibraryMismatch(Exception):
    """lxml and xmlsec bundle different versions of libxml2, and would corrupt each other's memory."""


def check_libraries() -> None:
    """Raise `LibraryMismatch` unless lxml and xmlsec were built on one libxml2."""
    ours, theirs = etree.LIBXML_VERSION, tuple(xmlsec.get_libxml_version())
    if ours != theirs:
        raise LibraryMismatch(f"lxml bundles libxml2 {ours}, xmlsec {theirs}: pin a pair that agrees")


@dataclass(frozen=True)
class Certificate:
    """A partner's certificate, of RSA with at least 2048 bits. Only its key is trusted, through metadata."""

    der: bytes = field(repr=False)

    @classmethod
    def from_base64(cls, text: str) -> "Certificate":
        """Read the content of `ds:X509Certificate`. Raises `InvalidMessage` for another or a weaker key."""
        try:
            certificate = cls(base64.b64decode("".join(text.split()), validate=True))
            weak = certificate.public_key.key_size < SMALLEST_KEY
        except (ValueError, TypeError):
            raise InvalidMessage("not a certificate") from None
        if weak:
            raise InvalidMessage("key too small")
        return certificate

    @cached_property
    def public_key(self) -> RSAPublicKey:
        key = x509.load_der_x509_certificate(self.der).public_key()
        if not isinstance(key, RSAPublicKey):
            raise TypeError("not an RSA key")
        return key

    @cached_property
    def xmlsec_key(self) -> xmlsec.Key:
        pem = self.public_key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.PEM)

    @property
    def base64(self) -> str:
        return base64.b64encode(self.der).decode()

    @property
    def key_name(self) -> str:
        """Lower-case hex SHA-256 of the certificate, as CombiConnect names its keys (combiconnect.md 1.7)."""
        return hashlib.sha256(self.der).hexdigest()


@dataclass(frozen=True)
class SigningKey:
    """Our private key with its certificate, both PEM as they come from Secrets Manager."""

    key_pem: str = field(repr=False)
    certificate_pem: str = field(repr=False)

    @cached_property
    def private_key(self) -> RSAPrivateKey:
        key = serialization.load_pem_private_key(self.key_pem.encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("not an RSA key")
        return key

    @cached_property
    def xmlsec_key(self) -> xmlsec.Key:
        check_libraries()
        return xmlsec.Key.from_memory(self.key_pem.encode(), xmlsec.KeyFormat.PEM)

    @cached_property
    def certificate(self) -> Certificate:
        loaded = x509.load_pem_x509_certificate(self.certificate_pem.encode())
        return Certificate(loaded.public_bytes(serialization.Encoding.DER))
