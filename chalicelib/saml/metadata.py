"""Our own metadata, one document per role, signed and with an end (combiconnect.md 5.1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lxml import etree
from saml2 import md
from saml2 import xmldsig as ds

from chalicelib.saml import names
from chalicelib.saml.answers import Issuer
from chalicelib.saml.digid import Us
from chalicelib.saml.encryption import AES_256_GCM, RSA_OAEP
from chalicelib.saml.keys import PrivateKey
from chalicelib.saml.signatures import sign
from chalicelib.saml.times import written

Keys = Sequence[PrivateKey]
"""The active one first."""

_VALID = timedelta(days=7)
_PREFIXES = {"md": names.METADATA, "ds": names.SIGNATURE}


def identity_provider(issuer: Issuer, base_url: str, signing: Keys, now: datetime) -> bytes:
    """Describe us as CombiConnect: sign-on by POST and Redirect, answers by POST and Artifact."""
    role = md.IDPSSODescriptor(
        protocol_support_enumeration=names.PROTOCOL,
        want_authn_requests_signed="true",
        key_descriptor=[_key_descriptor("signing", key) for key in signing],
        artifact_resolution_service=[
            md.ArtifactResolutionService(
                binding=names.SOAP_BINDING, location=f"{base_url}/saml/artifact", index="0", is_default="true"
            )
        ],
        single_logout_service=[md.SingleLogoutService(binding=names.POST, location=f"{base_url}/saml/slo")],
        name_id_format=[md.NameIDFormat(text=names.TRANSIENT)],
        single_sign_on_service=[
            md.SingleSignOnService(binding=binding, location=f"{base_url}/saml/sso")
            for binding in (names.POST, names.REDIRECT)
        ],
    )
    descriptor = md.EntityDescriptor(entity_id=issuer.entity_id, id=issuer.message_id(), idpsso_descriptor=[role])
    return _signed(descriptor, issuer.key, now)


def service_provider(us: Us, document_id: str, signing: Keys, encryption: Keys, now: datetime) -> bytes:
    """Describe us as DigiD knows us."""
    role = md.SPSSODescriptor(
        protocol_support_enumeration=names.PROTOCOL,
        authn_requests_signed="true",
        want_assertions_signed="true",
        key_descriptor=[
            *(_key_descriptor("signing", key) for key in signing),
            *(_key_descriptor("encryption", key) for key in encryption),
        ],
        assertion_consumer_service=[
            md.AssertionConsumerService(binding=names.POST, location=us.consumer, index="0", is_default="true")
        ],
    )
    descriptor = md.EntityDescriptor(entity_id=us.entity_id, id=f"_{document_id}", spsso_descriptor=[role])
    return _signed(descriptor, us.key, now)


def _signed(descriptor: md.EntityDescriptor, key: PrivateKey, now: datetime) -> bytes:
    descriptor.valid_until = written(now + _VALID)
    root = etree.fromstring(descriptor.to_string(_PREFIXES))
    sign(root, key)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _key_descriptor(use: str, key: PrivateKey) -> md.KeyDescriptor:
    certificate = key.certificate
    info = ds.KeyInfo(
        key_name=[ds.KeyName(text=certificate.key_name)],
        x509_data=[ds.X509Data(x509_certificate=ds.X509Certificate(text=certificate.base64))],
    )
    methods = [md.EncryptionMethod(algorithm=method) for method in (AES_256_GCM, RSA_OAEP)]
    return md.KeyDescriptor(use=use, key_info=info, encryption_method=methods if use == "encryption" else [])
