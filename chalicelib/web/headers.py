"""Security headers and the correlation id, on every answer, also those that no view made."""

from collections.abc import Callable

from chalice.app import Request, Response

from chalicelib.observe import begin_call
from chalicelib.web.http import Frame
from chalicelib.web.unserved import as_page

FIXED = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Of every answer, whatever it is."""


def content_security_policy(form_target: str = "") -> str:
    """Only what we serve ourselves; forms lead to us, and to `form_target` (an origin) where a page needs that."""
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
        f"form-action 'self'{' ' + form_target if form_target else ''}; frame-ancestors 'none'; base-uri 'none'"
    )


def add_headers(frame: Frame, request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Chalice middleware: it also sees the answers that Chalice makes itself (405, 415, 500)."""
    correlation = str(request.context.get("requestId") or frame.new_id())
    begin_call(request.lambda_context, correlation)
    response = as_page(request, get_response(request), frame)
    form_target = str(response.headers.pop("X-Form-Target", ""))
    response.headers.update({**FIXED, "X-Correlation-Id": correlation})
    response.headers["Content-Security-Policy"] = content_security_policy(form_target)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
