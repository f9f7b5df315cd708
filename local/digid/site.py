"""The simulator's pages: a login page with the test persons and the four levels, and its metadata."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request, Response

from chalicelib.people.bsn import Bsn
from local.digid.messages import (
    CLASSES,
    Asked,
    WrongRequest,
    cancelled,
    certificate_in,
    metadata,
    read_post,
    read_redirect,
    success,
)
from local.keys import KeyPair
from local.pages import page, serve_static
from local.persons import persons
from local.serving import Site, as_json

_METADATA_LIFE = timedelta(days=7)


def digid_site(address: str, keys: KeyPair, service_provider: Callable[[], bytes]) -> Site:
    """Make the simulator at an address; `service_provider` returns the metadata of who may ask."""
    site = Site()
    serve_static(site)
    entity_id = f"{address}/metadata"
    under_way: dict[str, Asked] = {}

    @site.route("/persons.json")
    def persons_json(_: Request) -> Response:
        return as_json([person.as_public() for person in persons().values()])

    @site.route("/metadata")
    def own_metadata(_: Request) -> Response:
        return Response(
            metadata(entity_id, f"{address}/sso", keys, datetime.now(UTC) + _METADATA_LIFE),
            content_type="application/samlmetadata+xml",
        )

    @site.route("/")
    def about(request: Request) -> Response:
        return page(request, "digid_about.html", persons=persons().values())

    @site.route("/sso", "GET", "POST")
    def sign_on(request: Request) -> Response:
        try:
            asked = _read(request, certificate_in(service_provider()))
        except (WrongRequest, KeyError, ValueError) as error:
            raise BadRequest(f"AuthnRequest: {error}") from None
        token = secrets.token_urlsafe(16)
        under_way[token] = asked
        return Response(status=303, headers={"Location": f"/login/{token}"})

    @site.route("/login/<token>")
    def login_page(request: Request, token: str) -> Response:
        return _login_page(request, _known(under_way, token), token)

    @site.route("/login/<token>", "POST")
    def log_in(request: Request, token: str) -> Response:
        asked = _known(under_way, token)
        if "cancel" in request.form:
            answer = cancelled(asked, entity_id, keys, datetime.now(UTC))
        elif error := _wrong(request.form.get("bsn", ""), request.form.get("level", "")):
            return _login_page(request, asked, token, error)
        else:
            bsn = Bsn.parse(request.form["bsn"]).digits
            answer = success(asked, bsn, request.form["level"], entity_id, keys, datetime.now(UTC))
        under_way.pop(token, None)
        return page(request, "digid_go_on.html", asked=asked, answer=answer)

    return site


def _read(request: Request, certificate: str) -> Asked:
    relay_state = request.values.get("RelayState", "")
    if request.method == "POST":
        return read_post(request.form["SAMLRequest"], relay_state, certificate)
    query = request.query_string.decode()
    return read_redirect(query, request.args["SAMLRequest"], request.args["Signature"], relay_state, certificate)


def _known(under_way: dict[str, Asked], token: str) -> Asked:
    if token not in under_way:
        raise BadRequest("This sign-in has ended. Go back to where you came from and start again.")
    return under_way[token]


def _wrong(bsn: str, level: str) -> str:
    """Return which of the errors of the login page applies, or nothing."""
    if level not in CLASSES:
        return "level"
    try:
        number = Bsn.parse(bsn).digits
    except ValueError:
        return "bsn"
    person = persons().get(number)
    return "nobody" if person is None or not person.digid else ""


def _login_page(request: Request, asked: Asked, token: str, error: str = "") -> Response:
    bsn = request.values.get("bsn", "")
    shown = {"asked": asked, "token": token, "error": error, "bsn": bsn, "persons": persons().values()}
    return page(
        request, "digid_login.html", 422 if error else 200, level=request.form.get("level", asked.level), **shown
    )
