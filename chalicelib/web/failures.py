"""The one table from error to status and page. Texts say what happened and what to do; never why a secret was wrong."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chalicelib.changes import may_have_changed
from chalicelib.days import today
from chalicelib.errors import (
    Conflict,
    DomainError,
    Explained,
    InvalidMessage,
    LevelTooLow,
    NotFound,
    RateLimited,
    Refused,
    TooManyLetters,
    TooManyRequests,
    Unavailable,
)
from chalicelib.observe import Metric, count, log, note_refusal, noted, reference, sender
from chalicelib.outage import cause
from chalicelib.web.pages import page
from chalicelib.web.texts import N_
from chalicelib.web.visit import Reply, Visit


@dataclass(frozen=True, slots=True)
class Words:
    """What a failure page says, as message ids of the translations."""

    status: int
    title: str
    text: str


NOT_FOUND = Words(404, N_("We cannot find this page"), N_("Check the address, or go to the start page."))
UNEXPECTED = Words(
    500,
    N_("Something went wrong on our side"),
    N_("Nothing was changed. Try again in a few minutes. Does it keep happening? Call the helpdesk."),
)
UNAVAILABLE = Words(
    503,
    N_("We cannot do this right now"),
    N_("One of the systems we need does not answer. Nothing was changed. Try again in a few minutes."),
)
CONFLICT = Words(
    409,
    N_("This was changed in the meantime"),
    N_("Somebody, or you in another window, changed this first. Look at your mandates and try again if you need to."),
)
UNEXPECTED_UNSURE = Words(
    500,
    UNEXPECTED.title,
    N_(
        "We do not know whether this was done. First look under My mandates how it is now. Try again if you need to. "
        "Does it keep happening? Call the helpdesk."
    ),
)
UNAVAILABLE_UNSURE = Words(
    503,
    UNAVAILABLE.title,
    N_(
        "One of the systems we need does not answer, so we do not know whether this was done. First look under "
        "My mandates how it is now. Try again in a few minutes if you need to."
    ),
)
UNAVAILABLE_SIGNING_IN = Words(
    503,
    UNAVAILABLE.title,
    N_(
        "One of the systems we need does not answer. Go back to where you came from, and start signing in again in a "
        "few minutes."
    ),
)
"""Once something was written, or may have been, nobody is told that nothing was changed (invariant 12)."""

BAD_MESSAGE = Words(
    400,
    N_("You cannot sign in this way"),
    N_(
        "The message with which you came here is not right, or is no longer valid. Go back to where you came from and "
        "start signing in again."
    ),
)
TOO_OFTEN = Words(429, N_("You tried too often"), N_("For safety you have to wait an hour. Then try again."))

TOO_MANY_LETTERS = Words(
    429,
    N_("You cannot ask for a letter now"),
    N_("Letters were already asked for not long ago. To protect you against too much post, there is a limit."),
)

TOO_MANY_REQUESTS = Words(
    429,
    N_("You cannot ask anyone for a mandate now"),
    N_(
        "There is a limit to how often somebody may ask others for a mandate: in one day, open at the same time, and "
        "from one place. Do you not need something any more that you asked for? Then withdraw it under My mandates."
    ),
)

TOO_LARGE = Words(
    413,
    N_("This is too much at once"),
    N_("What was sent is larger than we take. Nothing was changed. Go back, and send less."),
)
BUSY = Words(
    429,
    N_("It is too busy"),
    N_("Too many requests come in at this moment, from everybody or from your network. Try again in five minutes."),
)
NO_ANSWER = Words(
    502,
    N_("We cannot answer right now"),
    N_("Try again in a few minutes. Had you just sent something? First look under My mandates whether it arrived."),
)

PLAINEST = Reply(
    "<!doctype html><html lang=nl><meta charset=utf-8><title>DigiD Machtigen</title>"
    "<h1>Er ging iets mis bij ons</h1>"
    "<p>Probeer het over een paar minuten opnieuw. Blijft het misgaan? Bel de helpdesk.</p>"
    "<div lang=en><h2>Something went wrong on our side</h2>"
    "<p>Try again in a few minutes. Does it keep happening? Call the helpdesk.</p></div>",
    500,
)
"""When not even a page can be made: it needs nothing, and claims nothing."""

REFUSALS = {
    "foreign_form": Words(
        403,
        N_("This form is no longer valid"),
        N_(
            "For your safety we only accept forms from pages that are open in your own session. Go back, load the page "
            "again and send the form again."
        ),
    ),
    "too_large": TOO_LARGE,
    "unreadable_form": Words(
        400, N_("We cannot read this form"), N_("Go back to the page, fill in the form and send it again.")
    ),
    "cookies_off": Words(
        400,
        N_("Your browser did not keep our cookie"),
        N_(
            "Without cookies we cannot sign you in. Allow cookies for this site, or start again in the browser in "
            "which you began. Then sign in again."
        ),
    ),
    "login_over": Words(
        410,
        N_("This sign-in is no longer valid"),
        N_("It took too long, or it was finished before. Start again."),
    ),
}
"""Of the frame, and of a sign-in; a room has others for its own pages (`http.py::Routes`)."""


def failure_page(visit: Visit | None, error: Exception, refusals: Mapping[str, Words] = REFUSALS) -> Reply:
    """Turn any error into a page. What is not expected is logged with its trace, and told to nobody else."""
    if isinstance(error, LevelTooLow) and visit is not None:
        return _step_up(visit, error)
    words = explained(error, visit, refusals)
    if isinstance(error, TooManyLetters) and visit is not None:
        return page("wait_letter.html", visit, status=429, words=TOO_MANY_LETTERS, day=today(error.until))
    if isinstance(error, TooManyRequests) and visit is not None:
        return page("wait_asking.html", visit, status=429, words=TOO_MANY_REQUESTS, until=error.until)
    if isinstance(error, RateLimited) and visit is not None:
        return _wait(visit, error.until)
    told = reference() if words.status >= 500 or words is BAD_MESSAGE or noted() else ""  # noqa: PLR2004 - it is ours
    values = error.values if isinstance(error, Refused) else {}
    return page("failure.html", visit, status=words.status, words=words, values=values, reference=told)


def explained(error: Exception, visit: Visit | None, refusals: Mapping[str, Words] = REFUSALS) -> Words:
    """Write any error down, and return what may be said of it."""
    words = _words(error, visit, refusals)
    # What operators hear of it may not keep the visitor from hearing.
    with suppress(Exception):
        _write_down(error, words)
    return words


def sign_in_page(visit: Visit, *, kept: bool | None = None) -> Reply:
    """Ask to sign in; someone whose session ran out over a form is told whether it is kept."""
    # Forms are sent to the address that shows them, so the same address serves after signing in.
    return page("sign_in.html", visit, status=401, again=visit.here, over=visit.past is not None, kept=kept)


def _write_down(error: Exception, words: Words) -> None:
    match error:
        case Unavailable():
            log().error("dependency_failed", dependency=error.dependency, cause=cause(error))
            count(Metric.DEPENDENCY_FAILED)
        case InvalidMessage():
            # A partner's engineer looks for the reason; what citizens do wrong is not worth a warning.
            note_refusal(error)
        case Explained() if sender() is not None:
            note_refusal(error)
        case DomainError():
            log().info("request_refused", reason=str(error), status=words.status)
            if isinstance(error, RateLimited) and not isinstance(error, TooManyLetters | TooManyRequests):
                count(Metric.TRIES_USED_UP)
        case _:
            log().exception("unexpected_error", error=type(error).__name__)
            count(Metric.UNEXPECTED_ERROR)


def _words(  # noqa: PLR0911 - a table reads best in one piece
    error: Exception, visit: Visit | None, refusals: Mapping[str, Words]
) -> Words:
    match error:
        case NotFound():
            return NOT_FOUND
        case Refused():
            return refusals[error.reason]
        case Conflict():
            return CONFLICT
        case Unavailable() if may_have_changed() and _signing_in(visit):
            return UNAVAILABLE_SIGNING_IN
        case Unavailable():
            return UNAVAILABLE_UNSURE if may_have_changed() else UNAVAILABLE
        case RateLimited():
            return TOO_OFTEN
        case InvalidMessage():
            return BAD_MESSAGE
        case _:
            return UNEXPECTED_UNSURE if may_have_changed() else UNEXPECTED


def _signing_in(visit: Visit | None) -> bool:
    return visit is not None and visit.path.startswith(("/saml/", "/login"))


def _step_up(visit: Visit, error: LevelTooLow) -> Reply:
    # There something was filled in on the page before, which is a draft by now.
    kept = visit.path.startswith(("/request/confirm/", "/direct/confirm/", "/activate/"))
    return page("step_up.html", visit, status=403, required=error.required, again=visit.here, kept=kept)


def _wait(visit: Visit, until: datetime) -> Reply:
    return page("wait.html", visit, status=429, words=TOO_OFTEN, until=until)
