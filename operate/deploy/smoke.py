"""After a deploy: does it answer, and as it should? Asks about nobody and changes nothing."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import urllib3

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.gate import from_metadata

_TRIES = 5


def smoke(address: str) -> Iterator[tuple[str, str]]:
    """Yield each thing that was looked at, and what is wrong with it: nothing, in words, when all is well."""
    with urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=5, read=29), retries=urllib3.Retry(_TRIES, redirect=0)
    ) as pool:
        for what, check in (
            ("every dependency answers", _health),
            ("the start page, with its security headers", _start),
            ("style sheets and icons arrive as they are", _files),
            ("our metadata is signed", _metadata),
            ("nonsense is refused", _nonsense),
        ):
            try:
                yield what, check(pool, address)
            except urllib3.exceptions.HTTPError as error:
                yield what, f"no answer: {type(error).__name__}"


def _health(pool: urllib3.PoolManager, address: str) -> str:
    answer = pool.request("GET", f"{address}/health")
    try:
        told = json.loads(answer.data)
        down = [name for name, state in told["dependencies"].items() if state != "ok"]
        over = [name for name, days in told["days_left"].items() if days < 0]
    except (ValueError, KeyError, AttributeError):
        return f"status {answer.status}, and not what /health tells"
    problems = [*(f"{name} does not answer" for name in down), *(f"the certificate of {name} is over" for name in over)]
    return "; ".join(problems)


def _start(pool: urllib3.PoolManager, address: str) -> str:
    answer = pool.request("GET", f"{address}/", headers={"accept": "text/html"})
    if answer.status != 200:  # noqa: PLR2004
        return f"status {answer.status}"
    wanted = ("Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "X-Correlation-Id")
    missing = [name for name in wanted if name not in answer.headers]
    return f"without {', '.join(missing)}" if missing else ""


def _files(pool: urllib3.PoolManager, address: str) -> str:
    sheet = pool.request("GET", f"{address}/static/site.css", headers={"accept": "text/css,*/*;q=0.1"})
    icon = pool.request(
        "GET", f"{address}/static/icon.png", headers={"accept": "image/avif,image/webp,image/*,*/*;q=0.8"}
    )
    if sheet.status != 200 or "text/css" not in sheet.headers.get("content-type", ""):  # noqa: PLR2004
        return f"the style sheet has status {sheet.status}"
    return "" if icon.data.startswith(b"\x89PNG") else "the icon is not a picture"


def _metadata(pool: urllib3.PoolManager, address: str) -> str:
    try:
        return "" if from_metadata(pool.request("GET", f"{address}/saml/metadata").data).signed else "it is not"
    except InvalidMessage as error:
        return f"it is not metadata: {error.reason}"


def _nonsense(pool: urllib3.PoolManager, address: str) -> str:
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = urlencode({"SAMLRequest": "nonsense"})
    answer = pool.request("POST", f"{address}/saml/sso", body=body, headers=form)
    return "" if answer.status == 400 else f"status {answer.status} instead of 400"  # noqa: PLR2004
