"""A service provider as DigiD knows it: a copy of its metadata, which a person loads and replaces."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from lxml import etree

from local.digid.names import NAMES

_MOST_CLIENT_CERTIFICATES = 2


@dataclass(frozen=True, slots=True)
class Known:
    """What DigiD reads in a copy of metadata."""

    entity_id: str
    signing: tuple[tuple[str, str], ...]
    """KeyName and certificate (PEM), in the order of the document."""
    encryption: tuple[tuple[str, str], ...]
    consumers: tuple[tuple[int, str, str], ...]
    """AssertionConsumerServices: index, binding, address."""

    @classmethod
    def read(cls, metadata: bytes) -> "Known":
        root = etree.fromstring(metadata)
        endpoints = root.findall(".//m:AssertionConsumerService", NAMES)
        return cls(
            root.get("entityID", ""),
            tuple(_keys(root, "signing")),
            tuple(_keys(root, "encryption")),
            tuple((int(one.get("index", "")), one.get("Binding", ""), one.get("Location", "")) for one in endpoints),
        )

    def named(self, key_name: str | None) -> str | None:
        """Return the signing certificate with a name; without one DigiD tries the first, and no other."""
        if key_name is None:
            return self.signing[0][1] if self.signing else None
        return dict(self.signing).get(key_name)

    def counts(self, now: datetime) -> bool:
        """Tell whether the first certificate for each use is valid; if not, no message at all is taken."""
        first = [keys[0][1] for keys in (self.signing, self.encryption) if keys]
        certificates = [x509.load_pem_x509_certificate(pem.encode()) for pem in first]
        return all(one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in certificates)

    @property
    def client_certificates(self) -> list[str]:
        """The certificates that were registered for the back channel, apart from the metadata: here those that sign."""
        return [certificate for _, certificate in self.signing[:_MOST_CLIENT_CERTIFICATES]]


def _keys(root: etree._Element, use: str) -> list[tuple[str, str]]:
    descriptors = [one for one in root.findall(".//m:KeyDescriptor", NAMES) if one.get("use") in (None, use)]
    return [
        (one.findtext(".//d:KeyName", "", NAMES), _pem(one.findtext(".//d:X509Certificate", "", NAMES)))
        for one in descriptors
    ]


def _pem(body: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{body.strip()}\n-----END CERTIFICATE-----\n"
