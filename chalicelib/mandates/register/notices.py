"""Notices that are due: parcels of the outbox, written in the transaction of what they tell.

Who is told, and where they live, is asked of the population register later, by the function that asks it for checks:
no change waits for the register, nor fails for a notice.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.days import midnight_after
from chalicelib.errors import Conflict
from chalicelib.letters.contract.letter import Letter, Reader
from chalicelib.letters.posting import LETTERS, Whose, letter_items
from chalicelib.letters.receivers import receiver_of
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.notices import Notice, NoticeKind
from chalicelib.mandates.register.counted import Sealing
from chalicelib.observe import Metric, correlation_id
from chalicelib.outbox.parcels import Measured, ParcelKind
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition, Item
from chalicelib.storage.tables import LettersTable

USEFUL = timedelta(days=30)
"""How long a notice is worth being written, and its letter being printed: the register may be away for days."""

_KEPT = timedelta(days=400)


class NoticeRow(NamedTuple):
    """A notice that is due, now or later, or was told. It says nothing that has to be hidden: for names and addresses
    the register is asked when it is told.
    """

    notice_id: str
    kind: NoticeKind
    cases: tuple[CaseId, ...]
    to: Party
    requested_at: datetime
    useful_until: datetime | None = None
    correlation_id: str | None = None
    told_at: datetime | None = None
    """When its letter was written, or it turned out that there is nobody to write to."""
    represented: PersonId | None = None

    @property
    def sealed(self) -> bytes:
        """Return what is handed over beside the id: nothing."""
        return b""

    @property
    def notice(self) -> Notice:
        return Notice(self.kind, self.cases, self.to, self.requested_at, self.represented)


NOTICE = Kind(
    "That somebody is to be told by letter of what happened.",
    LettersTable,
    NoticeRow,
    pk="NOTICE#{notice_id}",
    sk="NOTICE",
    kept=Kept("", _KEPT, "requested_at"),
    personal=("cases", "represented"),
    keyed=("notice_id",),
)

NOTICES = ParcelKind[str, NoticeRow](
    "notice",
    NOTICE,
    str,
    Measured(Metric.NOTICES_UNSENT, Metric.OLDEST_UNSENT_NOTICE, Metric.NOTICES_NOT_SENT),
)


def notice_items(table: LettersTable, notices: Iterable[Notice]) -> list[Item]:
    """Return the writes that make notices due, for the transaction of what they tell."""
    return [item for one in notices for item in NOTICES.adding(table, _row(one), one.at)]


def later_items(table: LettersTable, notices: Iterable[Notice]) -> list[Item]:
    """Return the writes of notices that are due some time to come."""
    return [item for one in notices for item in NOTICES.adding_for(table, _row(one), one.at)]


def _row(notice: Notice) -> NoticeRow:
    until, follows = notice.at + USEFUL, correlation_id()
    told = (notice.notice_id, notice.kind, notice.cases, notice.to, notice.at)
    return NoticeRow(*told, until, follows, represented=notice.represented)


class DynamoNotices:
    """See `mandates/register/ports.py::Notices` for what each method promises."""

    def __init__(self, table: LettersTable, sealing: Sealing) -> None:
        self._table, self._rows, self._sealing = table, Rows(table, NOTICE), sealing

    def due(self, notice_id: str, now: datetime) -> Notice | None:
        row = self._rows.find(notice_id=notice_id)
        waits = row is not None and row.told_at is None and row.useful_until is not None and now < row.useful_until
        return row.notice if row is not None and waits else None

    def tell(self, notice: Notice, letter: Letter | None, now: datetime) -> bool:
        once = Condition("attribute_exists(pk) AND attribute_not_exists(told_at)", {}, {":now": now})
        told = self._rows.changing("SET told_at = :now", once, notice_id=notice.notice_id)
        try:
            self._table.write_together([told, *([] if letter is None else self._posting(notice, letter, now))])
        except Conflict:
            return False
        return True

    def _posting(self, notice: Notice, letter: Letter, now: datetime) -> list[Item]:
        sealed, vendor = LETTERS.seal(self._sealing.letters, letter.letter_id, letter), self._sealing.vendor
        until = midnight_after(letter.use_before) if letter.use_before else now + USEFUL
        whom = receiver_of(letter, notice.cases[0], Reader(notice.to.value), self._sealing.vault)
        whose = Whose(notice.represented, whom)
        return letter_items(self._table, letter.letter_id, sealed, now, until, whose=whose, vendor=vendor)
