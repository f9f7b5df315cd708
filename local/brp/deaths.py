"""Deaths in the stand-in: a page on which somebody dies, and the list from which the register tells of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from local.pages import page, serve_static
from local.persons import TestPerson
from local.serving import Site, as_json

PATHS = ("/", "/died", "/deaths.json")
"""Where its pages are, besides their styles: all other addresses are the register's own."""


def deaths_site(told: list[str], known: Sequence[TestPerson]) -> Site:
    """Make the pages. `told` are the numbers of who died, in that order; it grows."""
    site = Site()
    serve_static(site)
    people = {person.bsn: person for person in known}

    @site.route("/")
    def living(request: Request) -> Response:
        alive = [one for one in people.values() if not (one.died or one.suspended or one.fault or one.bsn in told)]
        died = [people[bsn] for bsn in told]
        return page(request, "brp_deaths.html", people=alive, died=died)

    @site.route("/died", "POST")
    def die(request: Request) -> Response:
        bsn = request.form.get("bsn", "")
        if bsn not in people:
            raise NotFound
        if bsn not in told:
            told.append(bsn)
        return redirect("/", 303, Response)

    @site.route("/deaths.json")
    def deaths(_: Request) -> Response:
        return as_json(told)

    return site


def with_deaths(people: Iterable[TestPerson], told: Sequence[str], today: Callable[[], date]) -> list[TestPerson]:
    """Return everybody as the register has them after these deaths."""
    return [_died(person, today().isoformat()) if person.bsn in told else person for person in people]


def _died(person: TestPerson, day: str) -> TestPerson:
    return replace(person, died=day, suspended="O", suspended_on=day)
