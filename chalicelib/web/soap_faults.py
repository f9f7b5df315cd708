"""Failures at an address where programs ask by SOAP: a Fault with the status that a page would have, never a page."""

from html import escape

from chalicelib.web.failures import explained
from chalicelib.web.visit import Reply, Visit

ADDRESS = "/saml/artifact"
"""The one such address."""

CONTENT_TYPE = "text/xml; charset=utf-8"
_SERVER_ERRORS = 500


def soap_fault(visit: Visit | None, error: Exception) -> Reply:
    """Turn any error into a Fault. It says the title of the page, in English; the reference is a header."""
    words = explained(error, visit)
    return fault(words.status, words.title)


def fault(status: int, text: str) -> Reply:
    """Make a Fault (SOAP 1.1, 4.4): the sender's for a status under 500, otherwise ours."""
    code = "Server" if status >= _SERVER_ERRORS else "Client"
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
        f"<faultcode>soap:{code}</faultcode><faultstring>{escape(text)}</faultstring>"
        "</soap:Fault></soap:Body></soap:Envelope>"
    )
    return Reply(body, status, CONTENT_TYPE)
