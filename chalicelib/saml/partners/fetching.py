"""Metadata from an address that an operator registered: https only, no redirects, bounded in size and time."""

import time

import urllib3

from chalicelib.budget import budget
from chalicelib.deadline import in_time, whole
from chalicelib.errors import InvalidMessage, Unavailable
from chalicelib.saml.craft.decoding import LARGEST_METADATA

_PATIENCE = urllib3.Timeout(connect=2.0, read=5.0)
"""Seconds for each step; all of them together have `LONGEST`."""

LONGEST = 10.0


def fetch_metadata(url: str, longest: float = LONGEST) -> bytes:
    """Raise `InvalidMessage` for an address that is not https, `Unavailable` when nothing useful comes back in time."""
    if not url.startswith("https://"):
        raise InvalidMessage("metadata is fetched over https only", received=url, expected="https://…")
    granted = budget().patience("metadata", longest)
    ends = time.monotonic() + granted
    return in_time(granted, "metadata", lambda: _fetched(url, ends))


def _fetched(url: str, ends: float) -> bytes:
    try:
        with (
            urllib3.PoolManager(timeout=_PATIENCE, retries=False) as pool,
            pool.request("GET", url, redirect=False, preload_content=False) as answer,
        ):
            if answer.status != 200:  # noqa: PLR2004 - the one status that carries a document
                raise Unavailable("metadata")
            return whole(answer, LARGEST_METADATA, ends, "metadata")
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable("metadata") from error
