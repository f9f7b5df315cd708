"""Steps of a sign-in as what a browser gets: where it goes, with which form, and its cookies."""

from chalicelib.login.browser import Browser
from chalicelib.login.steps import Departure, Step, ToChoose, ToIdentify
from chalicelib.saml.endpoints.browsers import giving_up, handing
from chalicelib.web.pages import page
from chalicelib.web.visit import Cookie, Reply, Visit, redirect


def led(step: Step, browser: Browser, visit: Visit, *more: Cookie) -> Reply:
    """Lead a browser on. `more` are cookies that it gets besides those of the step."""
    match step:
        case ToIdentify():
            return departing(step.departure, visit, handing(step.handle, browser), *more)
        case ToChoose():
            given = (handing(step.handle, browser),) if step.handle is not None else ()
            return redirect(f"/saml/choice/{step.login.login_id}", *given, *more)
        case _:
            over = giving_up(step.login, browser) if step.settled else ()
            return departing(step.departure, visit, *over, *more)


def departing(departure: Departure, visit: Visit, *cookies: Cookie) -> Reply:
    """Send a browser to another party: with a form that goes by itself, or with one click where scripts are off."""
    if departure.fields is None:
        return redirect(departure.address, *cookies)
    return page(
        "go_on.html",
        visit,
        name=departure.to,
        location=departure.address,
        fields=departure.fields,
        form_target=departure.address,
        cookies=cookies,
    )
