"""Metadata from an address that an operator registered: https only, no redirects, bounded in size and time."""

import urllib3

from chalicelib.errors import InvalidMessage, Unavailable
from chalicelib.saml.decoding import LARGEST_MESSAGE

_PATIENCE = urllib3.Timeout(connect=2.0, read=5.0)


def fetch(url: str) -> bytes:
    """Raise `InvalidMessage` for an address that is not https, `Unavailable` when nothing useful comes back."""
    if not url.startswith("https://"):
        raise InvalidMessage("metadata is fetched over https only")
    try:
        with urllib3.PoolManager(timeout=_PATIENCE, retries=False) as pool:
            answer = pool.request("GET", url, redirect=False, preload_content=False)
            body = bytes(answer.read(LARGEST_MESSAGE + 1))
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable("metadata") from error
    if answer.status != 200 or len(body) > LARGEST_MESSAGE:  # noqa: PLR2004 - the one status that carries a document
        raise Unavailable("metadata")
    return body
