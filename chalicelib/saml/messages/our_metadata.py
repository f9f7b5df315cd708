"""Our own metadata, one document per identity, signed (combiconnect.md 5.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from saml2 import ExtensionElement, md
from saml2 import xmldsig as ds

from chalicelib.catalogue.model import Profile
from chalicelib.saml.craft import uris
from chalicelib.saml.craft.encryption import CIPHERS, RSA_OAEP
from chalicelib.saml.craft.keys import PrivateKey
from chalicelib.saml.craft.signatures import DIGEST_METHODS, SIGNATURE_METHODS, Signature
from chalicelib.saml.craft.times import written
from chalicelib.saml.messages.outgoing import Outgoing
from chalicelib.saml.messages.with_digid import Us

_VALID = timedelta(days=7)
_FETCH_AGAIN = "PT6H"
"""A key of ours is shown a day before it signs; who fetches this often has seen it by then."""


@dataclass(frozen=True, slots=True)
class Published:
    """The keys that a document shows, the active one first: it signs the document."""

    signing: Sequence[PrivateKey]
    encryption: Sequence[PrivateKey]

    def only_active(self) -> "Published":
        """Show one certificate, for clients that refuse a second. They must fetch the document anew at a roll-over."""
        return replace(self, signing=self.signing[:1], encryption=())


@dataclass(frozen=True, slots=True)
class Addresses:
    single_sign_on: str
    logout: str
    resolution: str
    """Of artifacts: in the national profile where a client certificate is shown."""


def identity_provider(
    entity_id: str, document_id: str, addresses: Addresses, keys: Published, profile: Profile, now: datetime
) -> bytes:
    """Describe one of our identities towards providers: everything goes to CombiConnect's addresses (1.3)."""
    bindings = [uris.POST] if profile is Profile.COMBICONNECT else [uris.POST, uris.REDIRECT]
    role = md.IDPSSODescriptor(
        protocol_support_enumeration=uris.PROTOCOL,
        want_authn_requests_signed="true",
        key_descriptor=_key_descriptors(keys),
        artifact_resolution_service=[
            md.ArtifactResolutionService(
                binding=uris.SOAP_BINDING, location=addresses.resolution, index="0", is_default="true"
            )
        ],
        single_logout_service=[md.SingleLogoutService(binding=one, location=addresses.logout) for one in bindings],
        name_id_format=[md.NameIDFormat(text=uris.TRANSIENT)],
        single_sign_on_service=[
            md.SingleSignOnService(binding=one, location=addresses.single_sign_on) for one in bindings
        ],
    )
    descriptor = md.EntityDescriptor(
        entity_id=entity_id, id=document_id, cache_duration=_FETCH_AGAIN, idpsso_descriptor=[role]
    )
    general = profile is Profile.GENERAL
    return _signed(descriptor, keys, now + _VALID, certificate=general, named=not general)


def service_provider(us: Us, document_id: str, keys: Published, now: datetime, answer: str = uris.ARTIFACT) -> bytes:
    """Describe us as who signs people in knows us; `answer` is the binding by which we ask it to answer.

    DigiD, which answers by Artifact, keeps the document as a file until a person replaces it: so it has no end, and no
    key to encrypt to, which DigiD never uses and whose end would be an outage (digid.md A7, A9, A12).
    """
    by_artifact = answer == uris.ARTIFACT
    bindings = (uris.ARTIFACT, uris.POST) if by_artifact else (uris.POST, uris.ARTIFACT)
    shown = replace(keys, encryption=()) if by_artifact else keys
    role = md.SPSSODescriptor(
        protocol_support_enumeration=uris.PROTOCOL,
        authn_requests_signed="true",
        want_assertions_signed="true",
        key_descriptor=_key_descriptors(shown),
        assertion_consumer_service=[
            md.AssertionConsumerService(
                binding=binding, location=us.consumer, index=str(index), is_default="false" if index else "true"
            )
            for index, binding in enumerate(bindings)
        ],
    )
    descriptor = md.EntityDescriptor(entity_id=us.entity_id, id=document_id, spsso_descriptor=[role])
    return _signed(descriptor, shown, None if by_artifact else now + _VALID)


def _signed(
    descriptor: md.EntityDescriptor,
    keys: Published,
    until: datetime | None,
    *,
    certificate: bool = True,
    named: bool = True,
) -> bytes:
    descriptor.valid_until = written(until) if until else None
    descriptor.extensions = md.Extensions(extension_elements=_algorithms())
    return Outgoing(descriptor, (Signature(descriptor.id, keys.signing[0], certificate, named),)).document()


def _algorithms() -> list[ExtensionElement]:
    """Announce what may sign messages to us (SAML metadata profile for algorithm support 1.0)."""
    return [
        ExtensionElement(name, uris.ALGORITHMS, attributes={"Algorithm": method})
        for name, methods in (("DigestMethod", DIGEST_METHODS), ("SigningMethod", SIGNATURE_METHODS))
        for method in methods
    ]


def _key_descriptors(keys: Published) -> list[md.KeyDescriptor]:
    methods = [md.EncryptionMethod(algorithm=method) for method in (*CIPHERS, RSA_OAEP)]
    return [
        *(md.KeyDescriptor(use="signing", key_info=_key_info(key)) for key in keys.signing),
        *(
            md.KeyDescriptor(use="encryption", key_info=_key_info(key), encryption_method=methods)
            for key in keys.encryption
        ),
    ]


def _key_info(key: PrivateKey) -> ds.KeyInfo:
    return ds.KeyInfo(
        key_name=[ds.KeyName(text=key.certificate.key_name)],
        x509_data=[ds.X509Data(x509_certificate=ds.X509Certificate(text=key.certificate.base64))],
    )
