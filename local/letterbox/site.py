"""Shows the letters that are printed, newest first, and serves their PDFs."""

from datetime import datetime
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from chalicelib.wiring import Wiring
from local.letterbox.paper import Paper, Slip
from local.letterbox.telephone import add_telephone
from local.pages import page, serve_static
from local.serving import Site, as_json


def letterbox_site(paper: Paper, address: str, wired: Wiring | None = None) -> Site:
    """Make the letterbox of what is printed; `address` is where it is served. A telephone there is of `wired`."""
    site = Site()
    serve_static(site)
    if wired is not None:
        add_telephone(site, wired)

    @site.route("/letters.json")
    def letters_json(_: Request) -> Response:
        return as_json(_letters(paper, address))

    @site.route("/letters/<letter_id>.pdf")
    def letter_pdf(_: Request, letter_id: str) -> Response:
        if (found := paper.pdf(letter_id)) is None:
            raise NotFound
        return Response(found, content_type="application/pdf")

    @site.route("/")
    def letters_page(request: Request) -> Response:
        letters = [{**letter, "at": datetime.fromisoformat(letter["sent_at"])} for letter in _letters(paper, address)]
        return page(request, "letterbox.html", letters=letters, telephone=wired is not None)

    return site


def _letters(paper: Paper, address: str) -> list[dict[str, Any]]:
    letters = [_letter(letter_id, slip, address) for letter_id, slip in paper.slips().items()]
    return sorted(letters, key=lambda letter: str(letter["sent_at"]), reverse=True)


def _letter(letter_id: str, slip: Slip, address: str) -> dict[str, Any]:
    return {
        "letter_id": letter_id,
        "status": "printed",
        "addressee": slip["addressee"],
        "address": ", ".join(slip["address"]),
        "pdf": f"{address}/letters/{letter_id}.pdf",
        "sent_at": slip["printed_at"],
    }
