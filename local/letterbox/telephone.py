"""The helpdesk's telephone: a page on which a test person calls, and the helpdesk asks for a mandate for them.

It stands in for a conversation, and for staff, who have no pages yet: what is asked goes the way of every call.
"""

import secrets

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from chalicelib.days import today
from chalicelib.errors import DomainError, RateLimited, Refused, Unavailable
from chalicelib.mandates.model.cases import VisitId
from chalicelib.mandates.own.requesting import AlreadyRequested
from chalicelib.mandates.own.telephoning import Call, ask_by_telephone
from chalicelib.mandates.rules.wanted import WantedService, choose_period
from chalicelib.mandates.writing.wording import reference_of
from chalicelib.people.actor import Staff, StaffRole
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from local.pages import language, page
from local.persons import persons
from local.serving import Site

_STAFF = Staff("laptop", (StaffRole.OPERATOR,))


def add_telephone(site: Site, wired: Wiring) -> None:
    """Add the page to a site."""

    @site.route("/telephone")
    def telephone(request: Request) -> Response:
        return _page(request, wired)

    @site.route("/telephone", "POST")
    def call(request: Request) -> Response:
        person = persons().get(request.form.get("bsn", ""))
        if person is None:
            raise NotFound
        now = wired.clock()
        try:
            service = wired.catalogue.service(request.form.get("service", ""))
            made = ask_by_telephone(
                Call(
                    visit_id=VisitId(f"{secrets.token_hex(15)}00"),
                    by=_STAFF,
                    represented=Bsn(person.bsn),
                    born=BirthDate(person.born),
                    wanted=(WantedService(service, choose_period(service, today(now), None, now)),),
                    language=language(request),
                    site=wired.site,
                ),
                store=wired.mandates,
                people=wired.people,
                tries=wired.tries,
                letters=wired.letters,
                secrets=wired.secrets,
                pick=wired.pick,
                now=now,
            )
        except DomainError as error:
            return _page(request, wired, 409, refused=_why(error, language(request)))
        return _page(request, wired, reference=reference_of(made[0].case_id))


def _why(error: DomainError, spoken: str) -> str:
    """Say why it cannot be asked, as who helps a caller would."""
    match error:
        case AlreadyRequested():
            told = (
                "De beller vroeg dit al aan, en dat loopt nog.",
                "The caller asked for this already, and it is open.",
            )
        case RateLimited():
            told = (
                f"De beller heeft genoeg brieven gehad. Vanaf {today(error.until)} kan het weer.",
                f"The caller got as many letters as one may. From {today(error.until)} it is possible again.",
            )
        case Unavailable():
            told = ("Er is nu iets weg dat wij nodig hebben. Probeer het later.", "Something is away. Try again later.")
        case Refused():
            told = _REFUSED.get(error.reason, _OTHERWISE)
        case _:
            told = _OTHERWISE
    return told[spoken != "nl"]


_OTHERWISE = ("Voor deze beller of deze dienst kan het niet.", "It is not possible for this caller or this service.")
_REFUSED = {
    "not_known": ("Nummer en geboortedatum horen niet bij elkaar.", "Number and birth date do not belong together."),
    "opted_out": ("De beller wil geen machtigingen.", "The caller wants no mandates."),
    "no_letter": ("Er kan geen brief naar deze beller.", "No letter can be sent to this caller."),
    "too_young_to_give": ("De beller is te jong voor deze dienst.", "The caller is too young for this service."),
    "age_uncertain": ("Niet bekend is hoe oud de beller is.", "It is not known how old the caller is."),
}


def _page(request: Request, wired: Wiring, status: int = 200, reference: str = "", refused: str = "") -> Response:
    now = wired.clock()
    offered = [one for one in wired.catalogue.services() if one.may_be_mandated(now) and one.letter_suffices(now)]
    callers = [one for one in persons().values() if not (one.died or one.suspended or one.fault) and one.name]
    return page(
        request,
        "telephone.html",
        status,
        chosen=request.form,
        callers=callers,
        services=offered,
        reference=reference,
        refused=refused,
    )
