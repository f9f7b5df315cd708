"""Of a letter that waited for more than a day the population register is asked again, before it is sent (ADR 42).

The same name and address: it is sent as it was written. Anything else: it is cancelled, and what waits for it ends, in
one transaction, as where a letter comes back. Who asked for another learns nothing of either (invariant 7).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from chalicelib.errors import NotFound
from chalicelib.letters.contract.letter import Reader
from chalicelib.letters.contract.states import NOT_TAKEN, LetterState
from chalicelib.letters.contract.statuses import Mishap
from chalicelib.letters.life import LetterRow
from chalicelib.letters.posting import StaleLetter, is_stale
from chalicelib.letters.receivers import Receiver, has_head
from chalicelib.mandates.delivery.taking import tell_lost, waiting_for
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.register.ports import LetterSender, MandateStore
from chalicelib.mandates.register.retrying import retried
from chalicelib.mandates.register.sending import send_letter
from chalicelib.mandates.register.transactions import Delivery
from chalicelib.observe import Metric, count, follow, log
from chalicelib.people.brp.person import Person, PopulationRegister, Standing
from chalicelib.people.bsn import Bsn
from chalicelib.people.vault import Vault


class _Waiting(NamedTuple):
    """A letter of which the register is to be asked."""

    letter: LetterRow
    receiver: Receiver


@dataclass(frozen=True, slots=True)
class AddressChecker:
    """What the register is asked again with."""

    store: MandateStore
    people: PopulationRegister
    letters: LetterSender
    vault: Vault = field(repr=False)

    def take(self, stale: StaleLetter, now: datetime) -> None:
        """Do what a message asks. Whatever it raises sends the message back to the queue."""
        follow(stale.correlation_id)
        try:
            self.check(stale.letter_id, now)
        except Exception as error:
            log().error("address_not_checked", letter_id=stale.letter_id, error=type(error).__name__)
            raise

    def check(self, letter_id: str, now: datetime) -> None:
        """Ask the register whether a letter may go where it says, if it waits still; then send or cancel it.

        Raises `Unavailable`: then nothing was decided, and it is to be asked later.
        """
        if retried(lambda: self._decided(letter_id, now)):
            send_letter(letter_id, self.letters, now)

    def _decided(self, letter_id: str, now: datetime) -> bool:
        """Write down what the register says; False where nothing was to be asked."""
        waiting = self._waiting(letter_id, now)
        if waiting is None:
            log().info("letter_not_stale", letter_id=letter_id)
            return False
        number = self._number(waiting)
        reason = self._reason(waiting, self.people.find([number]).get(number))
        if reason is None:
            self.store.confirm_address(waiting.letter, now)
            log().info("letter_goes_on", letter_id=letter_id)
            count(Metric.LETTER_GOES_ON)
        else:
            self._recall(waiting.letter, reason, now)
        return True

    def _waiting(self, letter_id: str, now: datetime) -> _Waiting | None:
        letter = self.store.letter(letter_id)
        if letter is None or letter.sealed is None or letter.receiver is None or letter.state not in NOT_TAKEN:
            return None
        # What is of no use any more the sweeper cancels.
        useful = letter.useful_until is not None and now < letter.useful_until
        return _Waiting(letter, letter.receiver) if useful and is_stale(letter, now) else None

    def _number(self, waiting: _Waiting) -> Bsn:
        """Return the number of whom a letter is for. Raises `NotFound` where its case is gone."""
        case_id, side, _ = waiting.receiver
        if sealed := self._asked(waiting):
            return number_in(case_id, sealed, self.vault)
        mandate = self.store.mandate(case_id)
        if mandate is None:
            raise NotFound("case")
        return number_in(case_id, mandate.numbers[Party(side.value)], self.vault)

    def _asked(self, waiting: _Waiting) -> bytes | None:
        """Return the number in a request: letters with a code come of one, and others of mandates alone."""
        represented, (case_id, side, _) = waiting.letter.represented, waiting.receiver
        if represented is None or side is not Reader.REPRESENTED:
            return None
        request = self.store.request(represented, case_id)
        return request.represented_bsn if request else None

    def _reason(self, waiting: _Waiting, person: Person | None) -> Mishap | None:
        """Return why a letter must not go; None for one that may."""
        if person is None:
            return Mishap.UNKNOWN_ADDRESS
        if person.standing is Standing.DECEASED:
            return Mishap.DECEASED
        if not person.gets_letters:
            return Mishap.UNKNOWN_ADDRESS
        same = has_head(waiting.letter.letter_id, waiting.receiver, person, self.vault)
        return None if same else Mishap.MOVED

    def _recall(self, letter: LetterRow, reason: Mishap, now: datetime) -> None:
        lost, cancelled = waiting_for(letter, self.store, now), LetterState.CANCELLED
        self.store.deliver(Delivery(letter.letter_id, cancelled, now, now, reason, recalled=True, lost=lost))
        log().info("letter_recalled", letter_id=letter.letter_id, reason=reason.value)
        count(Metric.LETTER_RECALLED)
        tell_lost(lost, reason)
