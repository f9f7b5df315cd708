"""Pages for what Chalice refuses before a view is asked: a method or a media type that an address does not take."""

from chalice.app import Request, Response

from chalicelib.observe import log
from chalicelib.web.failures import NOT_FOUND, Words
from chalicelib.web.http import Frame
from chalicelib.web.pages import page
from chalicelib.web.soap_faults import ADDRESS, fault
from chalicelib.web.texts import N_
from chalicelib.web.visit import read_visit

_WORDS = {
    405: Words(
        405,
        N_("This is not possible here"),
        N_("There is a page at this address, but it cannot do what was asked. Go to the start page."),
    ),
    415: Words(
        415,
        N_("We cannot read what was sent"),
        N_("Nothing was changed. Go back to the page, fill in the form, and send it from there."),
    ),
}

UNKNOWN = "/{page_name}"
"""The route of addresses that lead nowhere (routes.py)."""


def as_page(request: Request, response: Response, frame: Frame) -> Response:
    """Return an answer of Chalice's own as a page of ours, with what it said in `Allow`; every other one as it is."""
    words = _WORDS.get(response.status_code)
    if words is None or not isinstance(response.body, dict):
        return response
    if request.context.get("resourcePath") == UNKNOWN:
        # What catches every address with nothing behind it takes no other method, but there is no page either.
        words = NOT_FOUND
    log().info("request_refused", reason=response.body.get("Code"), status=words.status)
    if request.context.get("resourcePath") == ADDRESS:
        reply = fault(words.status, words.title)
    else:
        visit = read_visit(request, frame.clock(), frame.settings.root)
        reply = page("failure.html", visit, status=words.status, words=words, reference="")
    made = reply.to_chalice(frame.settings.root)
    if words.status == 405:  # noqa: PLR2004
        made.headers["Allow"] = response.headers["Allow"]
    return made
