"""The keys of a role, as metadata describes them (SAML metadata 2.4.1.1). What is of no use is passed over and told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.encryption import EncryptionKey
from chalicelib.saml.craft.keys import AnyCertificate, Certificate
from chalicelib.saml.messages.their_metadata import KeyDescriptor

_MOST_DESCRIPTORS, _MOST_CERTIFICATES = 16, 8
"""Of a role, and of one KeyDescriptor: each may be tried for a message, and read by for an answer."""
_USES = (None, "signing", "encryption")


@dataclass(frozen=True, slots=True)
class DescribedKeys:
    signing: tuple[Certificate, ...]
    encryption: tuple[EncryptionKey, ...]
    passed_over: tuple[str, ...]
    """What cannot be used, with its place and the reason."""


def read_keys(descriptors: Sequence[KeyDescriptor]) -> DescribedKeys:
    """Read every KeyDescriptor; one without a use serves both. Raises `InvalidMessage` when there are too many."""
    if len(descriptors) > _MOST_DESCRIPTORS:
        raise InvalidMessage("KeyDescriptor", received=len(descriptors), expected=f"at most {_MOST_DESCRIPTORS}")
    signing: dict[Certificate, None] = {}
    encryption: dict[Certificate, EncryptionKey] = {}
    told: list[str] = []
    for number, descriptor in enumerate(descriptors, start=1):
        use, place = descriptor.use, f"KeyDescriptor {number}"
        if use not in _USES:
            told.append(f"{place}: its use is neither signing nor encryption")
            continue
        for name, certificate in _read(descriptor, place, told):
            if use in (None, "signing"):
                signing[certificate] = None
            if use in (None, "encryption"):
                encryption[certificate] = EncryptionKey(name or certificate.key_name, certificate)
    return DescribedKeys(tuple(signing), tuple(encryption.values()), tuple(told))


def _read(descriptor: KeyDescriptor, place: str, told: list[str]) -> Iterator[tuple[str, Certificate]]:
    """Yield each key that can be used, with the name that it has there; note the others."""
    stated = sum(map(len, descriptor.certificates))
    if stated > _MOST_CERTIFICATES:
        raise InvalidMessage(f"X509Certificate in {place}", received=stated, expected=f"at most {_MOST_CERTIFICATES}")
    if not stated:
        told.append(f"{place}: no X509Certificate in it")
    read = [[one for text in data if (one := _certificate(text, place, told))] for data in descriptor.certificates]
    every = [one for data in read for one in data]
    for data in read:
        leaves = [one for one in data if not _issued_one(one, every)]
        if not leaves:
            continue
        if len({one.key_octets for one in leaves}) > 1:
            told.append(f"{place}: the certificates of one X509Data are of different keys, and none issued another")
            continue
        try:
            yield next(iter(descriptor.names), ""), max(leaves, key=lambda one: one.expires_at).usable()
        except InvalidMessage as error:
            told.append(f"{place}: {error.told}")


def _certificate(text: str, place: str, told: list[str]) -> AnyCertificate | None:
    if not text:
        told.append(f"{place}: no plain text in X509Certificate")
        return None
    try:
        return AnyCertificate.from_base64(text)
    except InvalidMessage as error:
        told.append(f"{place}: {error.told}")
        return None


def _issued_one(certificate: AnyCertificate, others: Sequence[AnyCertificate]) -> bool:
    """Tell whether it stands there for the chain alone: it issued one of the others, which is the key's."""
    return any(
        other.issuer == certificate.subject and other.issuer != other.subject
        for other in others
        if other.key_octets != certificate.key_octets
    )
