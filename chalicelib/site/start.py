"""The start page, and signing out."""

from chalicelib.site.ports import SitePorts
from chalicelib.site.texts import REFUSALS
from chalicelib.web.http import Caller, Routes
from chalicelib.web.pages import page
from chalicelib.web.visit import SESSION_COOKIE, Cookie, Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)


@routes.get("/", Caller.ANYONE)
def start_page(_: SitePorts, visit: Visit) -> Reply:
    return page("start.html", visit)


@routes.post("/logout", Caller.SIGNED_IN)
def sign_out(ports: SitePorts, visit: Visit) -> Reply:
    ports.sessions.end(visit.cookies[SESSION_COOKIE])
    return redirect("/", Cookie(SESSION_COOKIE, "", max_age=0))
