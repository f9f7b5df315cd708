"""The Chalice application on a wiring: what is registered, and with which ports."""

from functools import partial

from chalice.app import Chalice

from chalicelib.health import routes as health
from chalicelib.saml.endpoints import routes as saml
from chalicelib.site import (
    activation,
    approvals,
    asking,
    choosing,
    direct,
    ending,
    levels,
    lists,
    mandates,
    on_screen,
    refusing,
    renewals,
    requests,
    restricting,
    start,
    wishes,
)
from chalicelib.web import routes as web
from chalicelib.web.headers import add_headers
from chalicelib.wiring import Wiring

SITE = (
    activation,
    approvals,
    asking,
    choosing,
    direct,
    ending,
    levels,
    lists,
    mandates,
    on_screen,
    refusing,
    renewals,
    requests,
    restricting,
    start,
    wishes,
)
"""The rooms of the citizen's pages."""


def application(wiring: Wiring) -> Chalice:
    """Make the application. It reads no setting and starts no client before the first request."""
    made = Chalice(app_name="digid-machtigen")
    made.api.binary_types.append("application/pdf")
    made.middleware("http")(partial(add_headers, wiring))
    for room in SITE:
        made.register_blueprint(room.routes.blueprint(wiring, wiring))
    made.register_blueprint(saml.routes.blueprint(wiring, wiring))
    made.register_blueprint(health.routes.blueprint(wiring, wiring))
    made.register_blueprint(web.routes.blueprint(wiring, None))
    return made
