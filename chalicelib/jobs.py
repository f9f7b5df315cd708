"""Functions that queues and schedules start, each with its ports. They load neither the application nor pysaml2.

What is only needed by one of them is imported in it: Lambda loads this module for each.
"""

from chalice.app import Blueprint, CloudWatchEvent, Rate, SQSEvent

from chalicelib.budget import of_function, within
from chalicelib.letters.posting import StaleLetter
from chalicelib.mandates.delivery.asking_again import AddressChecker
from chalicelib.mandates.register.notices import DynamoNotices
from chalicelib.mandates.telling.notice_queue import NoticeTaker, is_notice
from chalicelib.mandates.telling.telling import Teller
from chalicelib.observe import begin_call
from chalicelib.wiring import Wiring, of_process

jobs = Blueprint(__name__)
_wiring = of_process()


@jobs.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_outbox(event: CloudWatchEvent) -> None:
    sweeping(event, _wiring)


@jobs.on_sqs_message(queue="digid-machtigen-checks", batch_size=1)
def check_request(event: SQSEvent) -> None:
    checking(event, _wiring)


@jobs.on_sqs_message(queue="digid-machtigen-letter-statuses", batch_size=1)
def take_letter_status(event: SQSEvent) -> None:
    hearing_of_letters(event, _wiring)


@jobs.on_sqs_message(queue="digid-machtigen-deaths", batch_size=1)
def end_at_death(event: SQSEvent) -> None:
    hearing_of_deaths(event, _wiring)


@jobs.schedule(Rate(1, unit=Rate.HOURS))
def watch_metadata(event: CloudWatchEvent) -> None:
    watching_metadata(event, _wiring)


@jobs.schedule(Rate(5, unit=Rate.MINUTES))
def watch_health(event: CloudWatchEvent) -> None:
    watching_health(event, _wiring)


@jobs.schedule(Rate(6, unit=Rate.HOURS))
def watch_letters(event: CloudWatchEvent) -> None:
    watching_letters(event, _wiring)


def sweeping(event: CloudWatchEvent, wiring: Wiring) -> None:
    """Send what was written down but not sent, as much as there is time for."""
    begin_call(event.context)
    with within(of_function(event.context, longest=45, clock=wiring.stopwatch)):
        wiring.outbox.sweep(wiring.clock())


def watching_letters(event: CloudWatchEvent, wiring: Wiring) -> None:
    """Count the letters of each day, measure which of them are lost or late, and ask for a test letter."""
    from chalicelib.letters.canary import put_canary, watch_canaries  # noqa: PLC0415
    from chalicelib.letters.watching import watch_days  # noqa: PLC0415

    begin_call(event.context)
    with within(of_function(event.context, longest=280, clock=wiring.stopwatch)):
        table, now = wiring.letters_table, wiring.clock()
        watch_days(table, now)
        watch_canaries(table, now)
        if lines := wiring.settings.canary_address:
            put_canary(table, wiring.letter_seal, wiring.vendor, lines, wiring.site, now)


def checking(event: SQSEvent, wiring: Wiring) -> None:
    """Do one of what the population register is asked for: make a check of what somebody asks for another, tell a
    notice, or look whether a letter that waited may go still. An error sends it back to the queue.
    """
    begin_call(event.context)
    with within(of_function(event.context, longest=25, clock=wiring.stopwatch)):
        for record in event:
            if (stale := StaleLetter.from_json(record.body)) is not None:
                _address_checker(wiring).take(stale, wiring.clock())
                continue
            taker = _notice_taker(wiring) if is_notice(record.body) else wiring.check_taker
            taker.take(record.body, wiring.clock())


def _address_checker(wiring: Wiring) -> AddressChecker:
    return AddressChecker(wiring.mandates, wiring.people, wiring.letters, wiring.vault)


def _notice_taker(wiring: Wiring) -> NoticeTaker:
    notices = DynamoNotices(wiring.letters_table, wiring.sealing)
    asked = (wiring.mandates, wiring.catalogue, wiring.people, wiring.tries)
    return NoticeTaker(Teller(notices, *asked, wiring.letters, wiring.vault, wiring.site))


def hearing_of_deaths(event: SQSEvent, wiring: Wiring) -> None:
    """End what somebody had who died. An error sends the message back to the queue: what has ended stays so."""
    from chalicelib.mandates.living.leaving import hear_of_death  # noqa: PLC0415

    begin_call(event.context)
    with within(of_function(event.context, longest=110, clock=wiring.stopwatch)):
        for record in event:
            hear_of_death(record.body, person=wiring.person, store=wiring.mandates, now=wiring.clock())


def hearing_of_letters(event: SQSEvent, wiring: Wiring) -> None:
    """Take what a print vendor tells of a letter. An error sends it back to the queue: what was taken stays so."""
    from chalicelib.mandates.delivery.status_queue import StatusTaker  # noqa: PLC0415

    begin_call(event.context)
    with within(of_function(event.context, longest=25, clock=wiring.stopwatch)):
        taker = StatusTaker(wiring.mandates, wiring.settings.letter_status_senders, wiring.printed)
        for record in event:
            sender = record.to_dict().get("attributes", {}).get("SenderId", "")
            taker.take(record.body, sender, wiring.clock())


def watching_metadata(event: CloudWatchEvent, wiring: Wiring) -> None:
    """Fetch partners' metadata anew where it has an address, and warn of what ends soon."""
    from chalicelib.saml.partners.fetching import fetch_metadata  # noqa: PLC0415 - XML
    from chalicelib.saml.partners.watching import watch_partners  # noqa: PLC0415

    begin_call(event.context)
    with within(of_function(event.context, longest=280, clock=wiring.stopwatch)):
        watch_partners(wiring.catalogue, fetch_metadata, wiring.clock())


def watching_health(event: CloudWatchEvent, wiring: Wiring) -> None:
    """Look at /health from outside: measure what is down, and the days left on certificates."""
    from chalicelib.health.watching import fetch_health, watch_dependencies  # noqa: PLC0415

    begin_call(event.context)
    watch_dependencies(wiring.settings.base_url, fetch_health)
