"""Fetching DigiD's answer: SOAP over TLS, on which both sides show a certificate (combiconnect.md 3.2)."""

import ssl
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

import urllib3

from chalicelib.budget import budget
from chalicelib.deadline import in_time, whole
from chalicelib.errors import Unavailable
from chalicelib.saml.craft.decoding import LARGEST_MESSAGE
from chalicelib.saml.craft.keys import PrivateKey
from chalicelib.tls import show

LONGEST = 7.0
"""Seconds for a question and its answer together."""

InTime = Callable[[float, str, Callable[[], bytes]], bytes]
"""Who waits for an answer: as `deadline.in_time` does."""


class BackChannel(Protocol):
    def ask(self, address: str, envelope: bytes, key: PrivateKey, trusted: Sequence[str]) -> bytes:
        """Post an envelope, showing our certificate, and return what comes back. Raises `Unavailable`.

        `trusted` are certificates as PEM, of the other side itself or of who vouches for it.
        """
        ...


class MutualTls:
    """Asks over TLS 1.2 or newer. The other side must show a certificate that is trusted, or a public one."""

    def __init__(
        self, *, connect: float = 2.0, read: float = 5.0, longest: float = LONGEST, wait: InTime = in_time
    ) -> None:
        """Seconds for each step, and for all together: who sends a byte a second is not waited for either."""
        self._timeout, self._longest, self._wait = urllib3.Timeout(connect=connect, read=read), longest, wait

    def ask(self, address: str, envelope: bytes, key: PrivateKey, trusted: Sequence[str]) -> bytes:
        granted, context = budget().patience("digid", self._longest), _context(key, tuple(trusted))
        ends = time.monotonic() + granted
        return self._wait(granted, "digid", lambda: self._asked(address, envelope, context, ends))

    def _asked(self, address: str, envelope: bytes, context: ssl.SSLContext, ends: float) -> bytes:
        sent = {
            "content-type": "text/xml; charset=utf-8",
            "soapaction": '"http://www.oasis-open.org/committees/security"',
        }
        try:
            with (
                urllib3.PoolManager(timeout=self._timeout, retries=False, ssl_context=context) as pool,
                pool.request(
                    "POST", address, body=envelope, headers=sent, redirect=False, preload_content=False
                ) as answer,
            ):
                if answer.status != 200:  # noqa: PLR2004 - the one status that carries an answer
                    raise Unavailable("digid")
                # Of what is too large the gate tells by how much; of what has no end there is nothing to tell.
                return whole(answer, 2 * LARGEST_MESSAGE, ends, "digid")
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable("digid") from error


@lru_cache(maxsize=4)
def _context(key: PrivateKey, trusted: tuple[str, ...]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata="\n".join(trusted))
    # What is trusted is trusted itself, whoever signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    show(context, key.certificate_pem, key.key_pem)
    return context
