"""The one table from error to status and page. Texts say what happened and what to do; never why a secret was wrong."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import (
    Conflict,
    DomainError,
    InvalidMessage,
    LevelTooLow,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
from chalicelib.observe import Metric, count, log, note_refusal, reference, sender
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
BAD_MESSAGE = Words(
    400,
    N_("You cannot sign in this way"),
    N_(
        "The message with which you came here is not right, or is no longer valid. Go back to where you came from and "
        "start signing in again."
    ),
)
TOO_OFTEN = Words(429, N_("You tried too often"), N_("For safety you have to wait an hour. Then try again."))

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

REFUSALS = {
    "foreign_form": Words(
        403,
        N_("This form is no longer valid"),
        N_(
            "For your safety we only accept forms from pages that are open in your own session. Go back, load the page "
            "again and send the form again."
        ),
    ),
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
    "no_letter": Words(
        422,
        N_("We cannot send you a letter"),
        N_(
            "We can only send the mandate code to a current home address in the Netherlands, and we do not have one "
            "for you. Is your address wrong? Contact your municipality. Call the helpdesk if you have questions."
        ),
    ),
    "already_requested": Words(
        409,
        N_("You already asked for this"),
        N_(
            "There is an open request for this service, and its letter is on its way or at your home. You can find it, "
            "and withdraw it, under My mandates."
        ),
    ),
    "request_ended": Words(
        409,
        N_("This request has ended"),
        N_("It was activated, or its time was up. Under My mandates you see how things are now."),
    ),
    "code_gone": Words(
        410,
        N_("This code cannot be used any more"),
        N_("It was used in the meantime, or the request was withdrawn. Ask the person you want to act for."),
    ),
    "draft_gone": Words(
        410,
        N_("Your request is no longer here"),
        N_("We keep what you fill in for one hour. Nothing was sent. Start again."),
    ),
}


def failure_page(visit: Visit | None, error: Exception) -> Reply:
    """Turn any error into a page. What is not expected is logged with its trace, and told to nobody else."""
    if isinstance(error, LevelTooLow) and visit is not None:
        return _step_up(visit, error)
    words = _words(error)
    _write_down(error, words)
    if isinstance(error, RateLimited) and visit is not None:
        return _wait(visit, error.until)
    told = reference() if words in (UNEXPECTED, UNAVAILABLE, BAD_MESSAGE) or sender() else ""
    return page("failure.html", visit, status=words.status, words=words, reference=told)


def sign_in_page(visit: Visit) -> Reply:
    """Ask to sign in; someone whose session ran out is told that nothing is lost."""
    kept = visit.past is not None and visit.method == "POST"
    # Forms are sent to the address that shows them, so the same path serves after signing in.
    return page("sign_in.html", visit, status=401, again=visit.path, over=visit.past is not None, kept=kept)


def _write_down(error: Exception, words: Words) -> None:
    match error:
        case Unavailable():
            log().error("dependency_failed", dependency=error.dependency, cause=_cause(error))
            count(Metric.DEPENDENCY_FAILED)
        case InvalidMessage():
            # A partner's engineer looks for the reason; what citizens do wrong is not worth a warning.
            note_refusal(error.reason, received=error.received, expected=error.expected)
        case NotFound() if sender() is not None:
            note_refusal(f"unknown or not open: {error}", received=error.received, expected=None)
        case Refused() if sender() is not None:
            note_refusal(error.reason, received=None, expected=None)
        case DomainError():
            log().info("request_refused", reason=str(error), status=words.status)
            if isinstance(error, RateLimited):
                count(Metric.TRIES_USED_UP)
        case _:
            log().exception("unexpected_error", error=type(error).__name__)
            count(Metric.UNEXPECTED_ERROR)


def _words(error: Exception) -> Words:  # noqa: PLR0911 - a table reads best in one piece
    match error:
        case NotFound():
            return NOT_FOUND
        case Refused():
            return REFUSALS[error.reason]
        case Conflict():
            return CONFLICT
        case Unavailable():
            return UNAVAILABLE
        case RateLimited():
            return TOO_OFTEN
        case InvalidMessage():
            return BAD_MESSAGE
        case _:
            return UNEXPECTED


def _step_up(visit: Visit, error: LevelTooLow) -> Reply:
    return page("step_up.html", visit, status=403, required=error.required, again=visit.path)


def _wait(visit: Visit, until: datetime) -> Reply:
    return page("wait.html", visit, status=429, words=TOO_OFTEN, until=until)


def _cause(error: Unavailable) -> str:
    """Name what failed, for the operator; the text of a cause may hold personal data, its code does not."""
    if error.__cause__ is None:
        return ""
    response = getattr(error.__cause__, "response", {})
    return f"{type(error.__cause__).__name__} {response.get('Error', {}).get('Code', '')}".strip()
