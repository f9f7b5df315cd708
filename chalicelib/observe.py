"""Logging and counting in one place: static event names, identifiers instead of objects, nothing personal.

Each line is one JSON object. What is counted is such a line too, in CloudWatch's embedded metric format (EMF). Each
names the function's call to which it belongs, and the request or letter (docs/operations.md, "Follow a request").
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from chalicelib.errors import Explained
from chalicelib.quoting import quoted

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


class Metric(StrEnum):
    """What is counted or measured, per function (dimension `service`). `docs/metrics.md` is made from this."""

    unit: str
    meaning: str

    def __new__(cls, name: str, meaning: str, unit: str = "Count") -> Self:
        made = str.__new__(cls, name)
        made._value_, made.unit, made.meaning = name, unit, meaning
        return made

    SIGNED_IN = ("SignedIn", "Somebody signed in with DigiD: at our pages, or on the way to a provider")
    MANDATE_REQUESTED = ("MandateRequested", "A mandate was asked for; a letter is on its way")
    ASKED_FOR_ANOTHER = ("AskedForAnother", "Somebody asked for another; the check of it follows")
    CHECK_PUT_OFF = ("CheckPutOff", "A check waits, because too many look-ups of one person or home failed lately")
    REQUEST_UNDELIVERABLE = (
        "RequestUndeliverable",
        "A request ended: its check said no, or its letter came back or cannot be printed",
    )
    REQUEST_APPROVED = ("RequestApproved", "Somebody approved what another asked of them")
    REQUEST_TURNED_DOWN = ("RequestTurnedDown", "Somebody refused what another asked: signed in, or by a letter's code")
    REFUSAL_CODE_REFUSED = ("RefusalCodeRefused", "A letter's refusal code was not right, or not any more")
    MANDATE_ACTIVATED = ("MandateActivated", "A representative activated a mandate")
    MANDATE_GRANTED = ("MandateGranted", "Somebody mandated a person they know, or renewed a mandate, without a code")
    MANDATE_REVOKED = ("MandateRevoked", "Either side ended a mandate")
    MANDATE_RESTRICTED = ("MandateRestricted", "Either side left less of a mandate")
    MANDATE_RAISED = ("MandateRaised", "A mandate was confirmed anew at a higher level")
    MANDATE_SUSPENDED = ("MandateSuspended", "An operator let a mandate open nothing for the time being")
    MANDATE_RESUMED = ("MandateResumed", "An operator let a mandate that was suspended open what it did")
    MANDATE_ENDED = ("MandateEnded", "A mandate ended by a death, an opt-out or an operator")
    DEATH_HEARD = ("DeathHeard", "The population register told of a death; what the person had here has ended")
    CASE_NOT_ENDED = (
        "CaseNotEnded",
        "A request or mandate that was to end with a person and could not then; it is tried again",
    )
    CODE_REFUSED = ("CodeRefused", "A combination of code, number and birth date was not right")
    TRIES_USED_UP = ("TriesUsedUp", "Somebody, or a network, has to wait after too many wrong codes")
    ANSWER_RELEASED = ("AnswerReleased", "A provider was told who signed in, for oneself or for somebody")
    ANSWER_REFUSED = ("AnswerRefused", "A provider was told that nobody signed in: cancelled, no mandate, …")
    MESSAGE_REFUSED = ("MessageRefused", "A SAML message was refused")
    DEPENDENCY_FAILED = ("DependencyFailed", "A visitor met something that we need and that did not answer")
    UNEXPECTED_ERROR = ("UnexpectedError", "An error that no rule foresees: always worth a look")
    RECORD_NOT_READ = ("RecordNotRead", "A record of the population register was odd; everybody else's was read")
    LETTERS_UNSENT = ("LettersUnsent", "Letters that the sweeper found written down and not sent")
    OLDEST_UNSENT_LETTER = ("OldestUnsentLetter", "Age of the oldest of them; 0 when there is none", "Seconds")
    LETTERS_NOT_SENT = ("LettersNotSent", "Letters that the sweeper could not send; it goes on, and tries them again")
    DAY_LETTERS_REQUESTED = ("DayLettersRequested", "Letters that were asked for yesterday")
    DAY_LETTERS_POSTED = ("DayLettersPosted", "Yesterday's letters that are posted by now, or delivered")
    DAY_LETTERS_RETURNED = ("DayLettersReturned", "Yesterday's letters that came back")
    DAY_LETTERS_FAILED = ("DayLettersFailed", "Yesterday's letters that the vendor cannot print")
    DAY_LETTERS_CANCELLED = ("DayLettersCancelled", "Yesterday's letters that were not to be printed any more")
    DAY_LETTERS_PENDING = ("DayLettersPending", "Yesterday's letters that are under way")
    CANARIES_NOT_POSTED = (
        "CanariesNotPosted",
        "Test letters to the operator's own address, of the last thirty days, that were not posted in time; or never",
    )
    CANARIES_NOT_COME = (
        "CanariesNotCome",
        "Test letters, of the last thirty days, of which nobody wrote down within five working days that they came",
    )
    LETTERS_NOK = (
        "LettersNok",
        "Letters of the last thirty days that are lost or counted twice: 0 where the equation of each day holds",
    )
    LETTERS_NOT_ACCEPTED = ("LettersNotAccepted", "Letters that the print vendor did not accept within a working day")
    OLDEST_UNACCEPTED_LETTER = ("OldestUnacceptedLetter", "Working days that the first of those it has not waits")
    LETTERS_NOT_POSTED = (
        "LettersNotPosted",
        "Letters that were not posted within two working days after the print vendor accepted them",
    )
    OLDEST_UNPOSTED_LETTER = ("OldestUnpostedLetter", "Working days that the first waits to be posted of those it has")
    LETTER_POSTED = (
        "LetterPosted",
        "A print vendor told that a letter is on its way; its code's time counts from there",
    )
    LETTER_RETURNED = ("LetterReturned", "A letter came back; its code is void, and who asked is told what to do")
    LETTER_FAILED = ("LetterFailed", "A letter cannot be printed; its code is void, and who asked is told what to do")
    LETTER_GOES_ON = (
        "LetterGoesOn",
        "A letter waited for more than a day; the register, asked again, says the same, so it is sent",
    )
    LETTER_RECALLED = (
        "LetterRecalled",
        "A letter waited for more than a day, and must not go where it says any more: its code is void",
    )
    STATUS_TAKEN = ("LetterStatusTaken", "A print vendor told something new of a letter")
    STATUS_REPEATED = ("LetterStatusRepeated", "A print vendor told something of a letter again; nothing changes")
    STATUS_LATE = ("LetterStatusLate", "A print vendor told something of a letter that is further; nothing changes")
    STATUS_AFTER_END = ("LetterStatusAfterEnd", "A print vendor told more of a letter that has ended; nothing changes")
    STATUS_OF_UNKNOWN_LETTER = (
        "LetterStatusOfUnknownLetter",
        "A print vendor told something of a letter that nobody asked for; nothing changes",
    )
    STATUS_OF_STRANGER = (
        "LetterStatusOfStranger",
        "Something was told of a letter by who does not print it; nothing changes",
    )
    STATUS_NOT_READ = ("LetterStatusNotRead", "A message in the queue of statuses is none; it goes to the dead letters")
    CHECKS_UNSENT = ("ChecksUnsent", "Checks of what somebody asks for another, that the sweeper found not sent")
    OLDEST_UNSENT_CHECK = ("OldestUnsentCheck", "Age of the oldest of these checks; 0 when there is none", "Seconds")
    CHECKS_NOT_SENT = ("ChecksNotSent", "Checks that the sweeper could not send; it goes on, and tries them again")
    NOTICES_UNSENT = ("NoticesUnsent", "Notices to be told by letter, that the sweeper found not handed over")
    OLDEST_UNSENT_NOTICE = ("OldestUnsentNotice", "Age of the oldest of these notices; 0 when there is none", "Seconds")
    NOTICES_NOT_SENT = ("NoticesNotSent", "Notices that the sweeper could not hand over; it tries them again")
    NOTICE_WRITTEN = ("NoticeWritten", "A letter tells somebody of what another did, or nobody")
    NOTICE_KEPT_BACK = ("NoticeKeptBack", "No letter was written of it: too many came of the same other person lately")
    PARCELS_UNKNOWN = (
        "ParcelsUnknown",
        "What waits in the outbox and is of a kind that this release does not know",
    )
    DEPENDENCY_DOWN = ("DependencyDown", "How many of the things in /health do not answer")
    CERTIFICATE_DAYS_LEFT = ("CertificateDaysLeft", "Days until the first certificate of ours or DigiD's ends")
    PARTNER_DAYS_LEFT = ("PartnerDaysLeft", "Days until the first certificate or metadata of a partner ends")
    PARTNERS_TROUBLED = (
        "PartnersTroubled",
        "Partners whose metadata could not be fetched, read or taken; the last good one is kept",
    )


_cold = iter((True,))
"""Gives True to the first call of a process, whether that writes a line or not."""

_call: ContextVar[Mapping[str, Any]] = ContextVar("call", default=MappingProxyType({}))
"""What each line has of the call of a function to which it belongs, by Powertools' own names."""

_correlation: ContextVar[str | None] = ContextVar("correlation", default=None)
_sender: ContextVar[str | None] = ContextVar("sender", default=None)
_noted: ContextVar[bool] = ContextVar("noted", default=False)

_CITIZEN_NUMBER = re.compile(r"(?<![0-9A-Za-z.])[0-9]{9}(?![0-9A-Za-z])")
_CODE = re.compile(r"(?<![0-9A-Za-z-])(?:[B-DF-HJ-NP-TV-XZ2-9]{4}-){1,2}[B-DF-HJ-NP-TV-XZ2-9]{4}(?![0-9A-Za-z-])")
_MESSAGE = re.compile(
    r"<\??(?:\w+:)?(?:xml|Response|Assertion|AuthnRequest|Artifact\w+|Logout\w+|Envelope)\b.*", re.DOTALL
)


def masked(value: Any) -> Any:  # noqa: ANN401 - whatever a line holds
    """Take out what looks like a citizen number, a code or a SAML message: the last net, below every other rule."""
    match value:
        case str():
            return _MESSAGE.sub("[message]", _CODE.sub("[code]", _CITIZEN_NUMBER.sub("[number]", value)))
        case dict():
            return {name: masked(inner) for name, inner in value.items()}
        case list() | tuple():
            return [masked(inner) for inner in value]
        case _:
            return value


def _line(record: dict[str, Any]) -> str:
    known = {name: value for name, value in record.items() if value is not None}
    return json.dumps(masked(known), default=lambda value: masked(str(value)), ensure_ascii=False)


@cache
def _logger() -> "Logger":
    # Imported here: many a first request has nothing to log.
    from aws_lambda_powertools import Logger  # noqa: PLC0415

    logger = Logger(location=None, log_uncaught_exceptions=False, json_serializer=_line)
    # Loggers of one service share a formatter, which is that of the first: on a laptop the print vendor may be that.
    logger.registered_formatter.json_serializer = _line  # type: ignore[attr-defined]
    return logger


def _keys() -> dict[str, Any]:
    """Return what each line and each metric has, besides what it tells."""
    correlation = correlation_id()
    return {**_call.get(), **({} if correlation is None else {"correlation_id": correlation})}


def log() -> "Logger":
    """Return the process's logger. Each line is one JSON object whose `message` is the name of an event."""
    logger = _logger()
    # Of this thread: a laptop answers several requests at a time in one process.
    logger.thread_safe_clear_keys()
    logger.thread_safe_append_keys(**_keys())
    return logger


def count(metric: Metric, value: float = 1) -> None:
    """Write down one value of a metric, unless POWERTOOLS_METRICS_DISABLED says not to. Never raises."""
    with suppress(Exception):
        _count(metric, value)


def _count(metric: Metric, value: float) -> None:
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # noqa: PLC0415 - as above
    from aws_lambda_powertools.metrics.functions import is_metrics_disabled  # noqa: PLC0415

    if is_metrics_disabled():
        return
    with single_metric(name=metric, unit=MetricUnit(metric.unit), value=value) as written:
        for key, told in _keys().items():
            written.add_metadata(key, told)


def begin_call(call: Any, correlation: str | None = None) -> None:  # noqa: ANN401 - Lambda's own type; None outside it
    """From here on, all that is written belongs to this call of a function, and nothing to the one before."""
    named = {"function_name": call.function_name, "function_request_id": call.aws_request_id} if call else {}
    _call.set({"cold_start": next(_cold, False), **named})
    follow(correlation)


def follow(correlation: str | None) -> None:
    """From here on, all that is logged belongs to this request or letter; no message has been looked at yet."""
    _correlation.set(correlation)
    _sender.set(None)
    _noted.set(False)


def correlation_id() -> str | None:
    """Return the id by which this request can be followed, from the browser through the queue to the letter."""
    return _correlation.get()


def reference() -> str:
    """Return as much of the correlation id as somebody can say over the telephone."""
    return (correlation_id() or "")[:8].upper()


def note_sender(claimed: str) -> None:
    """Remember whose message this request is about: the issuer as it claims to be, before anything is believed."""
    if claimed.strip():
        _sender.set(quoted(claimed))


def sender() -> str | None:
    """Return who claims to have sent the message that is being handled; None when there is none that can be read."""
    return _sender.get()


def noted() -> bool:
    """Tell whether this request stands in the log with its reference, so that a page is to show that."""
    return _noted.get()


def note_refusal(why: Explained) -> None:
    """Write down that a message was refused, for its sender's engineer: which rule, and nothing about a person."""
    _noted.set(True)
    log().warning(
        "message_refused",
        entity_id=sender(),
        reason=why.reason,
        received=why.received,
        expected=why.expected,
        reference=reference(),
    )
    count(Metric.MESSAGE_REFUSED)


def note_failure(entity_id: str, login_id: str, failure: str, why: Explained) -> None:
    """Write down why a provider is told that nobody signed in: `failure` is its status by name."""
    _noted.set(True)
    log().warning(
        "login_failed",
        entity_id=quoted(entity_id),
        login_id=login_id,
        failure=failure,
        reason=why.reason,
        received=why.received,
        expected=why.expected,
        reference=reference(),
    )
