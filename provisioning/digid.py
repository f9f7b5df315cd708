"""Pinning DigiD's metadata: nobody else is believed about who signed in."""

from datetime import datetime

from cryptography import x509

from chalicelib.catalogue.model import PinnedDigid
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import InvalidMessage, NotFound
from chalicelib.saml.partners.registration import import_identity_provider


def pin(
    catalogue: DynamoCatalogue, metadata: bytes, now: datetime, *, by_artifact: bool | None = None, roots: str = ""
) -> bool:
    """Pin a document, and the private roots (PEM) of its back channel; False when they are pinned already.

    It is asked to answer by Artifact if it can, unless told otherwise. Raises `InvalidMessage`.
    """
    provider = import_identity_provider(metadata, now)
    by_artifact = bool(provider.resolution) if by_artifact is None else by_artifact
    if by_artifact and not provider.resolution:
        reason = "no ArtifactResolutionService in the metadata: ask for its answers by POST"
        raise InvalidMessage(reason, received="", expected="at least one")
    ends_at = min([provider.ends_at, *_ends(roots)])
    wanted = PinnedDigid(metadata, by_artifact, ends_at, roots)
    try:
        if catalogue.identity_provider() == wanted:
            return False
    except NotFound:
        pass
    catalogue.put_identity_provider(metadata, by_artifact=by_artifact, ends_at=ends_at, roots=roots)
    return True


def _ends(roots: str) -> list[datetime]:
    """Return when each root ends. Raises `InvalidMessage` for what is no list of certificates."""
    if not roots:
        return []
    try:
        return [root.not_valid_after_utc for root in x509.load_pem_x509_certificates(roots.encode())]
    except ValueError:
        reason, received = "the roots of DigiD's back channel are no certificates in PEM", f"{len(roots)} characters"
        raise InvalidMessage(reason, received=received, expected="X.509 in PEM") from None
