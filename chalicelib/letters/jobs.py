"""Functions that queues and schedules start. They load neither the application nor SAML."""

from chalice.app import Blueprint, CloudWatchEvent, Rate, SQSEvent

from chalicelib.budget import of_function, within
from chalicelib.wiring import current

jobs = Blueprint(__name__)


@jobs.on_sqs_message(queue="digid-machtigen-letters", batch_size=1)
def print_letter(event: SQSEvent) -> None:
    """Print one letter. An error sends it back to the queue, and after five times to the dead letters."""
    # Imported here: no other function of this package needs the typesetter.
    from chalicelib.letters.printing import Printer  # noqa: PLC0415

    wiring = current()
    printer = Printer(wiring.letters_table, wiring.vault, wiring.client("s3"), wiring.settings.letter_bucket)
    with within(of_function(event.context, longest=25, clock=wiring.watch)):
        for record in event:
            printer.print(record.body, wiring.clock())


@jobs.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_outbox(event: CloudWatchEvent) -> None:
    """Send letters that were written down but not sent, as many as there is time for."""
    wiring = current()
    with within(of_function(event.context, longest=45, clock=wiring.watch)):
        wiring.outbox.sweep(wiring.clock())
