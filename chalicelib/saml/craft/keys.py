"""Keys: ours to sign with, a partner's certificates to verify and encrypt with. Parsed once."""

import base64
import hashlib
import json
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

import xmlsec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.x509.oid import NameOID

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.times import instant
from chalicelib.settings import ConfigurationError

SMALLEST_KEY, _LARGEST_KEY, _LONGEST_EXPONENT = 2048, 8192, 32
"""Bits. A large key or exponent is dear to whoever must try it."""
HASHES: Mapping[str, HashAlgorithm] = {
    f"http://www.w3.org/2001/04/xmldsig-more#rsa-{algorithm.name}": algorithm
    for algorithm in (SHA256(), SHA384(), SHA512())
}
"""What is hashed with, by the algorithm of a signature: those that we take. We sign with the first."""
_ODD = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
"""What `cryptography` raises for a certificate that is none, or of a kind that it does not know."""


@dataclass(frozen=True)
class AnyCertificate:
    """A certificate of any kind, as metadata may hold it beside those that can be used: what it says of itself."""

    der: bytes = field(repr=False)
    subject: bytes
    issuer: bytes
    key_octets: bytes = field(repr=False)
    expires_at: datetime

    @classmethod
    def from_base64(cls, text: str) -> "AnyCertificate":
        """Read the content of `ds:X509Certificate`. Raises `InvalidMessage` for what is no certificate."""
        try:
            der = base64.b64decode("".join(text.split()), validate=True)
            found = x509.load_der_x509_certificate(der)
            names = found.subject.public_bytes(), found.issuer.public_bytes()
            return cls(der, *names, _key_octets(found), found.not_valid_after_utc)
        except _ODD:
            reason, received = "X509Certificate is not a certificate in base64", f"{len(text)} characters"
            raise InvalidMessage(reason, received=received, expected="X.509 in DER, in base64") from None

    def usable(self) -> "Certificate":
        """Raise `InvalidMessage` for another or a weaker key than we take."""
        return Certificate._strong(self.der)


def _key_octets(certificate: x509.Certificate) -> bytes:
    """Return what tells one key from another, also of a kind that `cryptography` does not know."""
    try:
        return certificate.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    except _ODD:
        return certificate.fingerprint(SHA256())


@dataclass(frozen=True)
class Certificate:
    """A partner's certificate, of RSA with at least 2048 bits. Only its key is trusted, through metadata."""

    der: bytes = field(repr=False)

    @classmethod
    def from_base64(cls, text: str) -> "Certificate":
        """Read the content of `ds:X509Certificate`. Raises `InvalidMessage` for another or a weaker key."""
        return AnyCertificate.from_base64(text).usable()

    @classmethod
    def from_pem(cls, text: str) -> "Certificate":
        """Read a PEM file. Raises `InvalidMessage` for another or a weaker key."""
        try:
            return cls._strong(x509.load_pem_x509_certificate(text.encode()).public_bytes(serialization.Encoding.DER))
        except _ODD:
            received = f"{len(text)} characters"
            raise InvalidMessage("not a certificate", received=received, expected="X.509 in PEM") from None

    @classmethod
    def _strong(cls, der: bytes) -> "Certificate":
        certificate = cls(der)
        try:
            loaded = x509.load_der_x509_certificate(der)
            key = loaded.public_key()
            # Looked at now, so that nothing that it says can surprise whoever reads it later.
            _ = certificate.oin, certificate.expires_at
        except UnsupportedAlgorithm:
            reason = "X509Certificate has a key of an unknown kind, which is not RSA"
            kind = loaded.public_key_algorithm_oid.dotted_string
            raise InvalidMessage(reason, received=kind, expected="RSA") from None
        except _ODD:
            received = f"{len(der)} bytes"
            raise InvalidMessage("not a certificate", received=received, expected="X.509 that can be read") from None
        if not isinstance(key, RSAPublicKey):
            other = type(key).__name__.removesuffix("PublicKey")
            raise InvalidMessage("X509Certificate has a key that is not RSA", received=other, expected="RSA")
        if not SMALLEST_KEY <= key.key_size <= _LARGEST_KEY:
            what = "key too small" if key.key_size < SMALLEST_KEY else "key too large"
            wanted = f"{SMALLEST_KEY} to {_LARGEST_KEY} bits"
            raise InvalidMessage(what, received=f"RSA of {key.key_size} bits", expected=wanted)
        if (bits := key.public_numbers().e.bit_length()) > _LONGEST_EXPONENT:
            expected = f"at most {_LONGEST_EXPONENT} bits"
            raise InvalidMessage("exponent of the key too large", received=f"{bits} bits", expected=expected)
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

    @cached_property
    def oin(self) -> str | None:
        """Organisation number in the subject, as PKIoverheid writes it (combiconnect.md 5.3)."""
        named = x509.load_der_x509_certificate(self.der).subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
        return str(named[0].value) if named else None

    @cached_property
    def expires_at(self) -> datetime:
        return x509.load_der_x509_certificate(self.der).not_valid_after_utc

    @cached_property
    def base64(self) -> str:
        return base64.b64encode(self.der).decode()

    @property
    def pem(self) -> str:
        return ssl.DER_cert_to_PEM_cert(self.der)

    @cached_property
    def key_name(self) -> str:
        """Lower-case hex SHA-256 of the certificate, as CombiConnect names its keys (combiconnect.md 1.7)."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def fingerprint(self) -> str:
        """The beginning of the SHA-256 fingerprint, as `openssl x509 -fingerprint -sha256` writes it."""
        return hashlib.sha256(self.der).digest()[:8].hex(":").upper()


def by_none(keys: Iterable[Certificate], algorithm: str, value: bytes) -> InvalidMessage:
    """Say that none of some keys made a signature."""
    shown = ", ".join(key.fingerprint for key in keys) or "none"
    return InvalidMessage(
        "signature does not verify",
        received=f"{len(value)} bytes by {algorithm}",
        expected=f"a signature by a key of the metadata: {shown}",
    )


@dataclass(frozen=True)
class PrivateKey:
    """A private key of ours with its certificate, both PEM as they come from Secrets Manager."""

    key_pem: str = field(repr=False)
    certificate_pem: str = field(repr=False)

    @cached_property
    def private_key(self) -> RSAPrivateKey:
        # Our own key need not be proven prime: that takes as long as a hundred signatures. `fits` checks the pair.
        key = serialization.load_pem_private_key(
            self.key_pem.encode(), password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("not an RSA key")
        return key

    @property
    def fits(self) -> bool:
        """Tell whether the certificate is this key's."""
        return self.certificate.public_key.public_numbers() == self.private_key.public_key().public_numbers()

    @cached_property
    def xmlsec_key(self) -> xmlsec.Key:
        return xmlsec.Key.from_memory(self.key_pem.encode(), xmlsec.KeyFormat.PEM)

    @cached_property
    def certificate(self) -> Certificate:
        loaded = x509.load_pem_x509_certificate(self.certificate_pem.encode())
        return Certificate(loaded.public_bytes(serialization.Encoding.DER))


@dataclass(frozen=True, slots=True)
class OurKeys:
    """Our keys for one use, each with the moment from which it is used: the next one is published before that."""

    secret: str
    """Name of the secret that they come from."""
    dated: tuple[tuple[datetime, PrivateKey], ...]
    """Oldest first."""

    @staticmethod
    @lru_cache(maxsize=8)
    def from_secret(name: str, text: str) -> "OurKeys":
        """Read `{"keys": [{"key": PEM, "certificate": PEM, "active_from": instant}]}`. Raises `ConfigurationError`."""
        try:
            read = [
                (instant(row["active_from"]), PrivateKey(row["key"], row["certificate"]))
                for row in json.loads(text)["keys"]
            ]
            fitting = all(key.fits for _, key in read)
        except (KeyError, TypeError, ValueError, InvalidMessage):
            # The cause is dropped on purpose: its text may hold the key.
            raise ConfigurationError(f"secret {name}: not a list of keys with certificate and active_from") from None
        if not read or not fitting:
            raise ConfigurationError(f"secret {name}: no keys, or a certificate that is not its key's")
        return OurKeys(name, tuple(sorted(read, key=lambda dated: dated[0])))

    def active(self, now: datetime) -> PrivateKey:
        """Return the key that is used now. Raises `ConfigurationError` when none is yet."""
        active = [key for active_from, key in self.dated if active_from <= now]
        if not active:
            raise ConfigurationError(f"secret {self.secret}: no key is active yet")
        return active[-1]

    def all(self, now: datetime) -> tuple[PrivateKey, ...]:
        """Return every key, the active one first. One that is over goes when it leaves the secret."""
        active = self.active(now)
        return (active, *(key for _, key in self.dated if key is not active))
