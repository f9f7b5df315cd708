"""The simulator's pages: a login page with the test persons and the four levels, and its metadata."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request, Response

from chalicelib.people.bsn import Bsn
from local.digid.artifacts import BackChannel
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
from local.pages import page, serve_static
from local.persons import persons
from local.serving import Site, as_json
from operate.keys import KeyPair

_METADATA_LIFE = timedelta(days=7)
_BACK_CHANNEL = 4
"""The port of the back channel, counted from the site's."""


class DigidSite(Site):
    """The simulator at an address; `service_provider` returns the metadata of who may ask."""

    def __init__(self, address: str, keys: KeyPair, service_provider: Callable[[], bytes]) -> None:
        super().__init__()
        self._address, self._keys, self._service_provider = address, keys, service_provider
        self._entity_id = f"{address}/metadata"
        port = int(address.rpartition(":")[2]) + _BACK_CHANNEL
        self._back_channel = BackChannel(self._entity_id, port, keys, service_provider)
        self._under_way: dict[str, Asked] = {}
        serve_static(self)
        self.route("/")(self.about)
        self.route("/persons.json")(self.persons_json)
        self.route("/metadata")(self.metadata)
        self.route("/sso", "GET", "POST")(self.sign_on)
        self.route("/login/<token>")(self.login_page)
        self.route("/login/<token>", "POST")(self.log_in)

    def about(self, request: Request) -> Response:
        return page(request, "digid_about.html", persons=persons().values())

    def persons_json(self, _: Request) -> Response:
        return as_json([person.as_public() for person in persons().values()])

    def metadata(self, _: Request) -> Response:
        until, resolution = datetime.now(UTC) + _METADATA_LIFE, self._back_channel.address
        made = metadata(self._entity_id, f"{self._address}/sso", self._keys, until, resolution)
        return Response(made, content_type="application/samlmetadata+xml")

    def sign_on(self, request: Request) -> Response:
        try:
            asked = _read(request, certificate_in(self._service_provider()))
        except (WrongRequest, KeyError, ValueError) as error:
            raise BadRequest(f"AuthnRequest: {error}") from None
        token = secrets.token_urlsafe(16)
        self._under_way[token] = asked
        return Response(status=303, headers={"Location": f"/login/{token}"})

    def login_page(self, request: Request, token: str) -> Response:
        return _login_page(request, self._known(token), token)

    def log_in(self, request: Request, token: str) -> Response:
        asked, now = self._known(token), datetime.now(UTC)
        if "cancel" in request.form:
            answer = cancelled(asked, self._entity_id, self._keys, now)
        elif error := _wrong(request.form.get("bsn", ""), request.form.get("level", "")):
            return _login_page(request, asked, token, error)
        else:
            bsn = Bsn.parse(request.form["bsn"]).digits
            answer = success(asked, bsn, request.form["level"], self._entity_id, self._keys, now)
        self._under_way.pop(token, None)
        if asked.by_artifact:
            query = urlencode({"SAMLart": self._back_channel.keep(answer), "RelayState": asked.relay_state})
            return Response(status=303, headers={"Location": f"{asked.consumer}?{query}"})
        return page(request, "digid_go_on.html", asked=asked, answer=answer)

    def _known(self, token: str) -> Asked:
        if token not in self._under_way:
            raise BadRequest("This sign-in has ended. Go back to where you came from and start again.")
        return self._under_way[token]


def _read(request: Request, certificate: str) -> Asked:
    relay_state = request.values.get("RelayState", "")
    if request.method == "POST":
        return read_post(request.form["SAMLRequest"], relay_state, certificate)
    query = request.query_string.decode()
    return read_redirect(query, request.args["SAMLRequest"], request.args["Signature"], relay_state, certificate)


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
