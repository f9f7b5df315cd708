"""What an address answers, without what may differ from place to place: so that places can be compared."""

import hashlib
import re
from urllib.parse import urlencode, urlsplit

import urllib3

_POOL = urllib3.PoolManager(timeout=30, retries=False)
_OURS = (
    "cache-control",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
)
_PARTY = re.compile("http://localhost:[0-9]+")
"""DigiD, which stands at another port for each place."""

_MESSAGE = rb'(?<=name="SAMLRequest" value=")[^"]*|(?<=name="RelayState" value=")[^"]*'
_AWKWARD = "32-13-2026 é +&%=\U0001f600 <b>"

Shape = tuple[object, ...]


def shapes(base: str) -> dict[str, Shape]:
    """Ask everything by which browsers, gateways and laptops could differ."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    browser = {"accept": "image/avif,image/webp,*/*;q=0.8", "accept-language": "en"}
    asked = {
        "start page": ("GET", "/", b"", {}),
        "language switch": ("GET", "/?lang=en", b"", {}),
        "style sheet": ("GET", "/static/site.css", b"", {}),
        "picture": ("GET", "/static/icon.png", b"", browser),
        "unknown page": ("GET", "/nothing", b"", browser),
        "address that leads nowhere": ("GET", "/no/such/page", b"", browser),
        "method that an address does not take": ("PUT", "/activate", b"", browser),
        "method that no address takes": ("DELETE", "/no/such/page", b"", browser),
        "start page without its body": ("HEAD", "/", b"", {}),
        "state without its body": ("HEAD", "/health", b"", {}),
        "metadata without its body": ("HEAD", "/saml/metadata", b"", {}),
        "form with a type in capitals": (
            "POST",
            "/activate",
            b"a=1",
            {"content-type": "Application/X-WWW-Form-URLEncoded; Charset=UTF-8"},
        ),
        "signing in, with two cookies": ("GET", "/login?next=/mandates&lang=en", b"", {}),
        "choice of language and session kept": (
            "GET",
            "/mandates",
            b"",
            {"cookie": "__Host-language=en; __Host-session=x"},
        ),
        "form without session": ("POST", "/activate", urlencode({"code": _AWKWARD}).encode(), {**form, **browser}),
        "form from elsewhere": ("POST", "/activate", b"a=1", {**form, "origin": "https://elsewhere.example"}),
        "nonsense by POST": ("POST", "/saml/sso", urlencode({"SAMLRequest": _AWKWARD}).encode(), form),
        "nonsense by Redirect": ("GET", f"/saml/sso?{urlencode({'SAMLRequest': _AWKWARD})}", b"", {}),
        "a query with everything in it": ("GET", f"/request?{urlencode({'q': _AWKWARD})}", b"", browser),
        "another content type": ("POST", "/activate", b"{}", {"content-type": "application/json"}),
    }
    return {what: _shape(base, *request) for what, request in asked.items()}


def _shape(base: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Shape:
    answer = _POOL.request(method, f"{base}{path}", body=body or None, headers=headers, redirect=False)
    cookies = [re.sub(r"=[^;]*", "=…", cookie, count=1) for cookie in answer.headers.getlist("Set-Cookie")]
    told = {name: _PARTY.sub("…", answer.headers[name]) for name in _OURS if name in answer.headers}
    location = urlsplit(answer.headers.get("Location", ""))
    text = answer.data.replace(f'"{base}/'.encode(), b'"/').replace(f'"{urlsplit(base).path}/'.encode(), b'"/')
    text = re.sub(rb"<code>[^<]*</code>|http://localhost:[0-9]+|" + _MESSAGE, b"", text)
    return (answer.status, told, sorted(cookies), location.path, hashlib.sha256(text).hexdigest())
