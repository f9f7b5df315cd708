"""Letters leave at once where they can."""

from datetime import datetime

from chalicelib.errors import Unavailable
from chalicelib.mandates.register.ports import LetterSender
from chalicelib.observe import log


def send_at_once(letter_id: str, letters: LetterSender, now: datetime) -> None:
    """Try to send at once. What fails here is sent by the sweeper: the letter is already written down."""
    try:
        letters.send(letter_id, now)
    except Unavailable:
        log().warning("letter_left_for_sweeper", letter_id=letter_id)
