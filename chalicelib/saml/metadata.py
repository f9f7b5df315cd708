"""Our own metadata, one document per role, signed and with an end (combiconnect.md 5.1)."""

from datetime import datetime, timedelta

from lxml import etree
from saml2 import md
from saml2 import xmldsig as ds

from chalicelib.saml import names
from chalicelib.saml.keys import SigningKey
from chalicelib.saml.signatures import sign
from chalicelib.saml.times import written

_VALID = timedelta(days=7)
_PREFIXES = {"md": names.METADATA, "ds": names.SIGNATURE}


def identity_provider(entity_id: str, base_url: str, key: SigningKey, document_id: str, now: datetime) -> bytes:
    """Describe us as CombiConnect: sign-on by POST and Redirect, answers by POST and Artifact."""
    role = md.IDPSSODescriptor(
        protocol_support_enumeration=names.PROTOCOL,
        want_authn_requests_signed="true",
        key_descriptor=[_key_descriptor(key)],
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
    return _signed(md.EntityDescriptor(idpsso_descriptor=[role]), entity_id, key, document_id, now)


def service_provider(entity_id: str, consumer: str, key: SigningKey, document_id: str, now: datetime) -> bytes:
    """Describe us as DigiD knows us."""
    role = md.SPSSODescriptor(
        protocol_support_enumeration=names.PROTOCOL,
        authn_requests_signed="true",
        want_assertions_signed="true",
        key_descriptor=[_key_descriptor(key)],
        assertion_consumer_service=[
            md.AssertionConsumerService(binding=names.POST, location=consumer, index="0", is_default="true")
        ],
    )
    return _signed(md.EntityDescriptor(spsso_descriptor=[role]), entity_id, key, document_id, now)


def _signed(descriptor: md.EntityDescriptor, entity_id: str, key: SigningKey, document_id: str, now: datetime) -> bytes:
    descriptor.id, descriptor.entity_id, descriptor.valid_until = document_id, entity_id, written(now + _VALID)
    root = etree.fromstring(descriptor.to_string(_PREFIXES))
    sign(root, key)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _key_descriptor(key: SigningKey) -> md.KeyDescriptor:
    certificate = ds.X509Certificate(text=key.certificate.base64)
    info = ds.KeyInfo(
        key_name=[ds.KeyName(text=key.certificate.key_name)], x509_data=[ds.X509Data(x509_certificate=certificate)]
    )
    return md.KeyDescriptor(use="signing", key_info=info)
