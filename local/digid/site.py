"""DigiD's pages: a login page with the test persons and the four levels, and its metadata."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Request, Response

from chalicelib.people.bsn import Bsn
from local.digid.answers import Outcome, cancelled, denied, signed_in
from local.digid.artifacts import BackChannel
from local.digid.engine import Engine
from local.digid.forms import DIGID, Form
from local.digid.metadata import metadata
from local.digid.names import CLASSES
from local.digid.requests import Asked, NobodyKnown
from local.pages import page, serve_static
from local.persons import persons
from local.serving import Site, as_json
from provisioning.keys import KeyPair

_BACK_CHANNEL = 6
"""The port of the back channel, counted from the site's."""


class DigidSite(Site):
    """The stand-in at an address; `known` returns the metadata of who may ask."""

    def __init__(
        self,
        address: str,
        keys: KeyPair,
        known: Callable[[], bytes],
        *,
        by_artifact: bool = True,
        form: Form = DIGID,
    ) -> None:
        super().__init__()
        self._engine = Engine(
            f"{address}/metadata",
            f"{address}/sso",
            keys,
            known,
            lambda: datetime.now(UTC),
            by_artifact=by_artifact,
            form=form,
        )
        self._back_channel = BackChannel(self._engine, int(address.rpartition(":")[2]) + _BACK_CHANNEL)
        self._under_way: dict[str, Asked] = {}
        serve_static(self)
        self.route("/")(self.about)
        self.route("/persons.json")(self.persons_json)
        self.route("/metadata")(self.metadata)
        self.route("/root.pem")(self.root)
        self.route("/copy", "POST")(self.replace_copy)
        self.route("/sso", "GET", "POST")(self.single_sign_on)
        self.route("/login/<token>")(self.login_page)
        self.route("/login/<token>", "POST")(self.log_in)

    def about(self, request: Request) -> Response:
        return page(request, "digid_about.html", persons=persons().values())

    def persons_json(self, _: Request) -> Response:
        return as_json([person.as_public() for person in persons().values()])

    def replace_copy(self, request: Request) -> Response:
        """Take the metadata of who may ask, which at DigiD a person loads from a file."""
        self._engine.replace_copy(request.get_data())
        self._back_channel.register()
        return Response("The copy of the metadata is replaced.\n", content_type="text/plain; charset=utf-8")

    def metadata(self, _: Request) -> Response:
        engine = self._engine
        resolution = self._back_channel.address if engine.by_artifact else ""
        made = metadata(engine.entity_id, engine.single_sign_on, engine.keys, resolution)
        return Response(made, content_type="application/samlmetadata+xml")

    def root(self, _: Request) -> Response:
        """Give out the private root of the back channel, as the operator of a real stage gets it."""
        return Response(self._back_channel.root.certificate, content_type="application/x-pem-file")

    def single_sign_on(self, request: Request) -> Response:
        try:
            asked = (
                self._engine.take_form(request.form)
                if request.method == "POST"
                else self._engine.take_query(request.query_string.decode())
            )
        except NobodyKnown as error:
            raise NotFound(f"AuthnRequest: {error}") from None
        if asked.refused:
            return self._back(request, denied(asked))
        token = secrets.token_urlsafe(16)
        self._under_way[token] = asked
        return Response(status=303, headers={"Location": f"/login/{token}"})

    def login_page(self, request: Request, token: str) -> Response:
        return _login_page(request, self._known(token), token)

    def log_in(self, request: Request, token: str) -> Response:
        asked = self._known(token)
        if "cancel" in request.form:
            outcome = cancelled(asked)
        elif error := _wrong(request.form.get("bsn", ""), request.form.get("level", "")):
            return _login_page(request, asked, token, error)
        else:
            outcome = signed_in(asked, Bsn.parse(request.form["bsn"]).digits, request.form["level"])
        self._under_way.pop(token, None)
        return self._back(request, outcome)

    def _back(self, request: Request, outcome: Outcome) -> Response:
        if not self._engine.by_artifact:
            return page(request, "digid_go_on.html", asked=outcome.asked, answer=self._engine.response(outcome))
        self._back_channel.serve()
        return Response(status=303, headers={"Location": self._engine.way_back(outcome)})

    def _known(self, token: str) -> Asked:
        if token not in self._under_way:
            raise BadRequest("This sign-in has ended. Go back to where you came from and start again.")
        return self._under_way[token]


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
