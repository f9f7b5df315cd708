"""What was written down to leave does so at once where it can; what cannot now, the sweeper sends."""

from datetime import datetime

from chalicelib.errors import Unavailable
from chalicelib.mandates.register.ports import CheckSender, LetterSender
from chalicelib.observe import log


def send_letter(letter_id: str, letters: LetterSender, now: datetime) -> None:
    try:
        letters.send(letter_id, now)
    except Unavailable:
        log().warning("letter_left_for_sweeper", letter_id=letter_id)


def send_check(check_id: str, checks: CheckSender, now: datetime) -> None:
    try:
        checks.send(check_id, now)
    except Unavailable:
        log().warning("check_left_for_sweeper", case_id=check_id)
