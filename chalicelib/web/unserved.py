"""Pages for what Chalice refuses before a view is asked: a method or a media type that an address does not take."""

from chalice.app import Request, Response

from chalicelib.observe import log
from chalicelib.web.failures import NOT_FOUND, Words, explained
from chalicelib.web.http import Frame
from chalicelib.web.pages import page
from chalicelib.web.soap_faults import ADDRESS, fault
from chalicelib.web.texts import N_
from chalicelib.web.visit import Visit, read_visit

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
    visit = _visit(request, frame)
    if request.context.get("resourcePath") == ADDRESS:
        reply = fault(words.status, words.title)
    else:
        reply = page("failure.html", visit, status=words.status, words=words, values={}, reference="")
    made = reply.to_chalice(visit.root if visit is not None else "")
    if words.status == 405:  # noqa: PLR2004
        made.headers["Allow"] = response.headers["Allow"]
    return made


def _visit(request: Request, frame: Frame) -> Visit | None:
    """Return what is asked; None, with the reason in the log, where it cannot be read: a page comes all the same."""
    try:
        return read_visit(request, frame.clock(), frame.settings.root)
    except Exception as error:  # noqa: BLE001 - as in http.py: nothing may leave as a traceback
        explained(error, None)
        return None
