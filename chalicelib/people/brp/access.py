"""How we show the register who we are: by the key of a gateway before it, or as it wants itself (brp.md section 1).

The register wants a client certificate (PKIoverheid, with the organisation's number in it) on the connection, and a
token that is fetched with a client's id and secret (OAuth 2.0, `client_credentials`).
"""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from urllib.parse import urlencode

import urllib3

from chalicelib.deadline import in_time, whole
from chalicelib.errors import Unavailable
from chalicelib.observe import log
from chalicelib.settings import ConfigurationError
from chalicelib.tls import show

Credentials = Mapping[str, str]
"""The secret `brp-key`: `key`; or `token_url`, `client_id`, `client_secret`, `scope` and `resource_server`.

With either: `certificate` and `private_key` (PEM), and `authority` (PEM) where the other side's certificate is not of a
public one.
"""

_NAMES = frozenset(
    {
        *("key", "token_url", "client_id", "client_secret", "scope", "resource_server"),
        *("certificate", "private_key", "authority"),
    }
)

_EARLY = 30.0
"""Seconds before its end at which a token is renewed."""

_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
_LARGEST_TOKEN = 64 * 1024


class Access:
    """Connections and headers for credentials; keeps the token while it lasts. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._token, self._of, self._until = "", "", 0.0

    def pool(self, shown: Credentials) -> urllib3.PoolManager:
        """Return connections on which we show our certificate, if there is one. Raises `ConfigurationError`."""
        try:
            return _pool(shown.get("certificate", ""), shown.get("private_key", ""), shown.get("authority", ""))
        except (ssl.SSLError, ValueError):
            raise ConfigurationError("brp-key is wrong: certificate, private_key or authority cannot be read") from None

    def header(self, shown: Credentials, timeout: urllib3.Timeout, ends: float, *, refused: str = "") -> dict[str, str]:
        """Return the header that says who we are, with another token than one that was `refused`.

        Raises `Unavailable` when there is no token to be had by `ends`, on the monotonic clock, and
        `ConfigurationError`.
        """
        if "token_url" not in shown:
            return {"x-api-key": _printable(shown.get("key", ""), "key")}
        client = " ".join(shown.get(name, "") for name in ("token_url", "client_id", "client_secret"))
        with self._alone(ends) as left:
            known = self._of == client and self._clock() < self._until
            if not known or (refused and refused == f"Bearer {self._token}"):
                self._token, lasts = in_time(left, "brp", lambda: self._fetch(shown, timeout, ends))
                self._of, self._until = client, self._clock() + lasts - min(_EARLY, lasts / 2)
            return {"authorization": f"Bearer {self._token}"}

    @contextmanager
    def _alone(self, ends: float) -> Iterator[float]:
        """Let one at a time fetch a token, and yield the seconds that it has left: who waited for others has fewer."""
        if not self._lock.acquire(timeout=max(ends - time.monotonic(), 0.0)):
            raise Unavailable("brp")
        try:
            yield max(ends - time.monotonic(), 0.0)
        finally:
            self._lock.release()

    def _fetch(self, shown: Credentials, timeout: urllib3.Timeout, ends: float) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": shown.get("client_id", ""),
            "client_secret": shown.get("client_secret", ""),
            "scope": shown.get("scope", ""),
            "resourceServer": shown.get("resource_server", ""),
        }
        filled = {name: value for name, value in form.items() if value}
        try:
            with self.pool(shown).request(
                "POST",
                shown["token_url"],
                body=urlencode(filled),
                headers=_FORM,
                timeout=timeout,
                redirect=False,
                preload_content=False,
            ) as answer:
                if answer.status != 200:  # noqa: PLR2004 - the one that carries it
                    log().error("register_gives_no_token", status=answer.status)
                    raise Unavailable("brp")
                told = json.loads(whole(answer, _LARGEST_TOKEN, ends, "brp"))
            return _printable(told["access_token"], "token"), float(told.get("expires_in", 0))
        except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError, RecursionError):
            # The cause is dropped on purpose: its text may hold what we showed.
            raise Unavailable("brp") from None


def check(shown: Credentials) -> None:
    """Raise `ConfigurationError` for what the secret `brp-key` cannot hold; the text says what is wrong."""
    if unknown := sorted(set(shown) - _NAMES):
        raise ConfigurationError(f"brp-key is wrong: it has no {', '.join(unknown)}")
    for name in ("client_id", "client_secret") if "token_url" in shown else ("key",):
        _printable(shown.get(name, ""), name)
    if not shown.get("token_url", "https://").startswith("https://"):
        raise ConfigurationError("brp-key is wrong: token_url is no https address")
    if ("certificate" in shown) != ("private_key" in shown):
        raise ConfigurationError("brp-key is wrong: certificate and private_key go together")
    Access().pool(shown)


def _printable(value: str, name: str) -> str:
    """Return what can stand in a header. Raises `ConfigurationError`, without the value."""
    if not value or not value.isascii() or not value.isprintable():
        raise ConfigurationError(f"brp-key is wrong: {name} is missing, or no plain text")
    return value


@lru_cache(maxsize=2)
def _pool(certificate: str, private_key: str, authority: str) -> urllib3.PoolManager:
    context = ssl.create_default_context(cadata=authority or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        show(context, certificate, private_key)
    return urllib3.PoolManager(maxsize=8, retries=False, ssl_context=context)
