"""Pinning DigiD's metadata: nobody else is believed about who signed in."""

from datetime import datetime

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import NotFound
from chalicelib.saml.registration import import_identity_provider


def pin(catalogue: DynamoCatalogue, metadata: bytes, now: datetime, *, by_artifact: bool) -> bool:
    """Pin a document; False when it is pinned already. Raises `InvalidMessage`."""
    ends_at = import_identity_provider(metadata, now).ends_at
    try:
        pinned = catalogue.identity_provider()
        if (pinned.metadata, pinned.by_artifact, pinned.ends_at) == (metadata, by_artifact, ends_at):
            return False
    except NotFound:
        pass
    catalogue.put_identity_provider(metadata, by_artifact=by_artifact, ends_at=ends_at)
    return True
