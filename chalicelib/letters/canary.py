"""A test letter a day to the operator's own address: it goes the way of all letters, and tells nothing of anybody.

Whether it was posted is seen here; whether it came, by who opens it, and writes that down (`operate/canary.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from chalicelib.days import midnight_after, today
from chalicelib.errors import Conflict
from chalicelib.letters.contract.letter import Letter, LetterKind, LetterService
from chalicelib.letters.contract.states import ENDED, LetterState, VendorKind
from chalicelib.letters.life import LETTER, LetterRow
from chalicelib.letters.posting import LETTERS, letter_items
from chalicelib.letters.reckoning import ACCEPTED_WITHIN, POSTED_WITHIN
from chalicelib.observe import Metric, count, log
from chalicelib.people.vault import Seals
from chalicelib.storage.rows import Rows
from chalicelib.storage.tables import LettersTable
from chalicelib.working_days import working_days_between

_USEFUL, _LOOKED_AT = timedelta(days=14), 30
"""For how long printing one makes sense, and how many days are looked back."""

_COMES_WITHIN = 5
"""Working days after it was posted: till then the post may be slow, and who opens it busy."""

_ARRIVES = (LetterState.POSTED, LetterState.DELIVERED)


def canary_id(day: date) -> str:
    """Return the letter id of a day's, as the ids of all letters are: of one day there is one."""
    return f"ca{day:%Y%m%d}".ljust(32, "0") + "0001"


def put_canary(
    table: LettersTable, seal: Seals, vendor: VendorKind, lines: Sequence[str], site: str, now: datetime
) -> None:
    """Ask for today's letter, once; the first of the lines is the addressee. Raises `Unavailable`."""
    day = today(now)
    letter_id = canary_id(day)
    if any(_rows(table, [day])):
        return
    letter = Letter(
        letter_id=letter_id,
        kind=LetterKind.TEST,
        reference=letter_id[:12].upper(),
        language="nl",
        addressee=lines[0],
        address=tuple(lines[1:]),
        written_on=day,
        services=(LetterService("Proefbrief", "DigiD Machtigen", day, day),),
        site=site,
    )
    until = midnight_after(day + _USEFUL)
    try:
        sealed = LETTERS.seal(seal, letter_id, letter)
        table.write_together(letter_items(table, letter_id, sealed, now, until, vendor=vendor))
    except Conflict:
        # The same function, started twice.
        return
    log().info("canary_sent", letter_id=letter_id)


def watch_canaries(table: LettersTable, now: datetime) -> None:
    """Measure how many of the last days' were not posted in time, or ended otherwise; and how many did not come.

    Raises `Unavailable`.
    """
    rows = list(_rows(table, [today(now) - timedelta(days=before) for before in range(1, _LOOKED_AT + 1)]))
    count(Metric.CANARIES_NOT_POSTED, sum(_missed(row, now) for row in rows))
    count(Metric.CANARIES_NOT_COME, sum(_awaited(row, now) for row in rows))


def _rows(table: LettersTable, days: Sequence[date]) -> Iterator[LetterRow]:
    keys = [{"letter_id": canary_id(day)} for day in days]
    return Rows(table, LETTER).readable(keys, ("state", "requested_at", "posted_at"))


def _missed(row: LetterRow, now: datetime) -> bool:
    if row.state in ENDED:
        return row.state not in _ARRIVES
    asked = today(row.requested_at or now)
    return working_days_between(asked, today(now)) > ACCEPTED_WITHIN + POSTED_WITHIN


def _awaited(row: LetterRow, now: datetime) -> bool:
    if row.state is not LetterState.POSTED or row.posted_at is None:
        return False
    return working_days_between(today(row.posted_at), today(now)) > _COMES_WITHIN
