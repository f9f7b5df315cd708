"""A request as an engineer has recorded it: from a browser, a proxy, a log or a debugger."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.decoding import inflate
from provisioning.command import CannotGoOn

FORMS = (
    "an HTTP request (request line, headers, empty line, body), an address with its query, a query string or form "
    "body (SAMLRequest=…), a HAR file, a SOAP envelope, or the message alone as base64 or XML"
)
_REQUEST_LINE = re.compile(r"(GET|POST|PUT|HEAD) (\S+)(?: HTTP/[0-9.]+)?[ \t]*\r?(?:\n|$)")
_ADDRESS = re.compile(r"(https?:/)?/\S+")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_FORM = "application/x-www-form-urlencoded"


class By(StrEnum):
    REDIRECT = "Redirect"
    POST = "POST"
    SOAP = "SOAP"
    NOTHING = "nothing"
    """The message came alone: what stood beside it is not known."""


@dataclass(frozen=True, slots=True)
class Recording:
    by: By
    parameters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    soap: bytes = b""
    address: str | None = None
    """Where it was sent, without the query."""
    sent_at: datetime | None = None


def read_recording(data: bytes) -> Recording:
    """Read one of `FORMS`. Raises `CannotGoOn` with one sentence for anything else."""
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise CannotGoOn(f"The recorded request is no text. Give {FORMS}.") from None
    if text.startswith("{"):
        return _from_har(text)
    if text.startswith("<"):
        return _alone(text.encode())
    if line := _REQUEST_LINE.match(text):
        head, _, body = text[line.end() :].replace("\r\n", "\n").partition("\n\n")
        headers = dict(_header(one) for one in head.split("\n") if ":" in one)
        return _sent(line[1], _absolute(line[2], headers.get("host", "")), body)
    if _ADDRESS.fullmatch(text):
        return _sent("GET", text, "")
    if re.match(r"[^\s=&]+=", text) and "SAML" in text:
        return _sent("GET" if "Signature=" in text or "SigAlg=" in text else "POST", "", text, text)
    if _BASE64.fullmatch(text):
        return _from_base64(text)
    raise CannotGoOn(f"The recorded request cannot be read. Give {FORMS}.")


def _sent(method: str, address: str, body: str, query: str = "") -> Recording:
    parts = urlsplit(address)
    where = f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.scheme else None
    if method != "POST":
        return Recording(By.REDIRECT, _parameters(query or parts.query), address=where)
    if body.lstrip().startswith("<"):
        return Recording(By.SOAP, soap=body.strip().encode(), address=where)
    return Recording(By.POST, _parameters(body.strip()), address=where)


def _parameters(encoded: str) -> dict[str, list[str]]:
    found = parse_qs(encoded, keep_blank_values=True)
    if not {"SAMLRequest", "SAMLResponse"} & set(found):
        raise CannotGoOn("There is no SAMLRequest in the recorded request; a POST needs its body recorded too.")
    return found


def _absolute(target: str, host: str) -> str:
    if "://" in target or not host:
        return target
    here = host.partition(":")[0] in ("localhost", "127.0.0.1")
    return f"{'http' if here else 'https'}://{host}{target}"


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _from_har(text: str) -> Recording:
    """Take the last request of a HAR file that carries a message."""
    try:
        entries = json.loads(text)["log"]["entries"]
        recordings = [recording for entry in entries if (recording := _of_entry(entry)) is not None]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CannotGoOn("The recorded request looks like JSON, and is no HAR file (log/entries/request).") from None
    if not recordings:
        raise CannotGoOn("No request in the HAR file carries a SAMLRequest or an ArtifactResolve.")
    return recordings[-1]


def _of_entry(entry: dict[str, Any]) -> Recording | None:
    asked = entry["request"]
    posted = asked.get("postData") or {}
    body = posted.get("text") or "&".join(f"{one['name']}={one['value']}" for one in posted.get("params", []))
    if "SAMLRequest=" not in asked["url"] + body and "ArtifactResolve" not in body:
        return None
    sent = _sent(asked["method"], asked["url"], body)
    return replace(sent, sent_at=datetime.fromisoformat(entry["startedDateTime"]))


def _from_base64(text: str) -> Recording:
    try:
        plain = base64.b64decode("".join(text.split()), validate=True)
        plain = plain if plain.lstrip().startswith(b"<") else inflate(plain)
    except (binascii.Error, InvalidMessage):
        raise CannotGoOn(f"The recorded request is no message in base64. Give {FORMS}.") from None
    return _alone(plain)


def _alone(message: bytes) -> Recording:
    if re.match(rb"(<\?[^>]*>\s*)?<(\w+:)?Envelope\b", message):
        return Recording(By.SOAP, soap=message)
    return Recording(By.NOTHING, {"SAMLRequest": [base64.b64encode(message).decode()]})
