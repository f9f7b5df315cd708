"""`python -m operate.marks STAGE [ID…]`: marks of the outbox and of letters under way that are wrong, put right.

Looks at all that waits in the outbox, and at the letters of the last days, as `operate.letters` counts them. Says of
each mark that is wrong why, and what puts it right; --apply does so, for all of them or for the ids that are named.
Rows say where a letter is: what is missing beside one is written again, and what leads to none is taken out. What moved
on meanwhile is left alone. No name, address or number is read.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from chalicelib.days import today
from chalicelib.errors import Conflict
from chalicelib.letters.balance import Oddity
from chalicelib.letters.contract.states import ENDED, UNSENT, written_as
from chalicelib.letters.day_index import forgetting, indexing_again
from chalicelib.letters.life import LETTER, LetterRow, in_state
from chalicelib.letters.posting import LETTERS
from chalicelib.letters.reckoning import Reckoning
from chalicelib.letters.underway import marking, unmarking
from chalicelib.letters.watching import DAYS
from chalicelib.mandates.register.checks import CHECKS
from chalicelib.mandates.register.notices import NOTICES
from chalicelib.outbox.parcels import AWAITED, MARK, SHARDS, ParcelKind, is_id, kind_prefix, shard_of
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Item
from operate.letters import Letters, letters_of, number_of_days, shown_key
from operate.people import add_options
from provisioning.command import command

_KINDS: Mapping[str, ParcelKind[Any, Any]] = {kind.prefix: kind for kind in (LETTERS, CHECKS, NOTICES)}

_LOST: Mapping[ParcelKind[Any, Any], str] = {
    LETTERS: "its owner sees that it is late, and can withdraw and ask anew",
    CHECKS: "who asked can withdraw and ask anew",
    NOTICES: "it stands under My mandates all the same",
}
"""What becomes of a parcel that is lost."""

_UNREADABLE = (KeyError, ValueError, TypeError)
_BY_HAND = "its row cannot be read: restore the table, or roll forward to the release that wrote it"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A mark that is wrong."""

    name: str
    """The key of a mark, or a letter's id."""
    place: str
    """Where it lies among others of its kind: what is due bears a moment besides."""
    why: str
    then: str
    """What puts it right, or who has to."""
    writes: Sequence[Item] = ()
    """None where nothing here puts it right."""


@command
def main(arguments: Sequence[str], there: Letters | None = None) -> int:
    """Return 0, or 1 when something is wrong still."""
    asked = _asked(arguments)
    letters = there or letters_of(asked)
    print(f"Looking at the outbox, and at the letters of {asked.days} days…", file=sys.stderr)
    found = [one for one in (*_of_outbox(letters), *_of_letters(letters, asked.days)) if _is_meant(one, asked.ids)]
    unknown = [one for one in asked.ids if not any(_is_meant(wrong, [one]) for wrong in found)]
    for one in unknown:
        print(f"{one}: nothing is wrong with it, or it is none", file=sys.stderr)
    left = sum(not _told(one, letters, asked.apply) for one in found)
    if not found and not asked.ids:
        print("Every mark is right.")
    elif found and not asked.apply:
        print("Nothing was changed; add --apply to put them right.")
    return 1 if left or unknown else 0


def _is_meant(wrong: Wrong, ids: Sequence[str]) -> bool:
    return not ids or any(wrong.name in (one, *(f"{prefix}{one}" for prefix in _KINDS)) for one in ids)


def _told(wrong: Wrong, letters: Letters, apply: bool) -> bool:  # noqa: FBT001
    """Say of a mark what is wrong, and put it right where that is asked; return whether it is right now."""
    done = False
    if apply and wrong.writes:
        try:
            letters.table.write_together(wrong.writes)
            done = True
        except Conflict:
            wrong = replace(wrong, then="it moved on meanwhile, and was left alone: look again")
    print(f"{shown_key(wrong.place)}  {wrong.why}: {wrong.then}{' (done)' if done else ''}", flush=True)
    return done


def _of_outbox(letters: Letters) -> Iterator[Wrong]:
    """Yield the marks of the outbox that nobody can read, or that lead to no row. Raises `Unavailable`."""
    marks, awaited = Rows(letters.table, MARK), Rows(letters.table, AWAITED)
    for shard in range(SHARDS):
        for mark in marks.every(shard=shard):
            dropping = marks.deleting(shard=shard, key=mark.key)
            found = list(_of_parcel(letters, mark.key, mark.key, dropping))
            yield from found
            if not found and (right := shard_of(mark.parcel_id)) != shard:
                # Whoever sends it takes away only what lies there: it would be sent each minute, for ever.
                writes = [dropping, marks.putting(mark, shard=right)]
                yield Wrong(mark.key, mark.key, "it lies in another's part", "it is put where it belongs", writes)
        for later in awaited.every(shard=shard):
            yield from _of_parcel(letters, later.place, later.key, awaited.deleting(shard=shard, place=later.place))


def _of_parcel(letters: Letters, place: str, key: str, dropping: Item) -> Iterator[Wrong]:
    prefix = kind_prefix(key)
    kind, parcel_id = _KINDS.get(prefix), key.removeprefix(prefix)
    if not is_id(parcel_id):
        yield Wrong(key, place, "nobody can read it", "it is taken out", [dropping])
    elif kind is None:
        then = "the one that does sends it, once it is deployed again"
        yield Wrong(key, place, "this release does not know its kind", then)
    else:
        try:
            if kind.find(letters.table, parcel_id) is None:
                writes = [kind.checking_lost(letters.table, parcel_id), dropping]
                yield Wrong(key, place, "its row is gone", f"it is taken out; {_LOST[kind]}", writes)
        except _UNREADABLE:
            yield Wrong(key, place, "its row cannot be read", _BY_HAND)


def _of_letters(letters: Letters, days: int) -> Iterator[Wrong]:
    """Yield the letters of the last days whose marks are not as their rows say. Raises `Unavailable`."""
    reckoning, last = Reckoning(letters.table), today(letters.now)
    odd: dict[str, tuple[Oddity, date | None]] = {one: (why, None) for one, why in reckoning.strays().items()}
    for counted in (last - timedelta(days=number) for number in range(days)):
        odd |= {one: (why, counted) for one, why in reckoning.of_day(counted).odd.items()}
    for letter_id, (why, day) in odd.items():
        try:
            row = Rows(letters.table, LETTER).find(letter_id=letter_id)
        except _UNREADABLE:
            yield Wrong(letter_id, letter_id, why, _BY_HAND)
        else:
            then, writes = _as_its_row_says(letters, row) if row else _as_gone(letters, letter_id, day)
            yield Wrong(letter_id, letter_id, why, then, writes)


def _as_gone(letters: Letters, letter_id: str, day: date | None) -> tuple[str, list[Item]]:
    """Return what becomes of the marks of a letter without a row, in words and as writes."""
    writes = [LETTERS.checking_lost(letters.table, letter_id), unmarking(letters.table, letter_id)]
    if day and is_id(letter_id):
        writes.append(forgetting(letters.table, letter_id, day))
    return f"it is not counted any more; {_LOST[LETTERS]}", writes


def _as_its_row_says(letters: Letters, row: LetterRow) -> tuple[str, list[Item]]:
    """Return what becomes of the marks of a letter, in words and as writes that hold as long as it is where it was."""
    table, rows, still = letters.table, Rows(letters.table, LETTER), in_state(written_as(row.state))
    same = rows.checking(still, letter_id=row.letter_id)
    marks = [indexing_again(table, row.letter_id, row.requested_at)] if row.requested_at else []
    if row.state in ENDED:
        return "it is marked no more", [same, *marks, unmarking(table, row.letter_id)]
    marks.append(marking(table, row.letter_id, row.requested_at or letters.now))
    if row.state not in UNSENT:
        return "it is marked again", [same, *marks]
    marks.append(LETTERS.marking(table, row, letters.now))
    if row.sealed is not None:
        # The sweeper looks whether it makes sense: what was withdrawn meanwhile it cancels.
        wanted = row.useful_until is not None and row.useful_until > letters.now
        then = "it is sent again" if wanted else "it is not to be printed any more, so it is cancelled"
        return then, [same, *marks]
    gone = still._replace(names={**still.names, "#until": "useful_until"})
    return f"nothing is left to be printed, so it is cancelled; {_LOST[LETTERS]}", [
        rows.changing("REMOVE #until", gone, letter_id=row.letter_id),
        *marks,
    ]


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.marks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument(
        "ids", metavar="ID", nargs="*", help="of letters, checks or notices, as logs and metrics have them"
    )
    parser.add_argument(
        "--days", type=number_of_days, default=DAYS, metavar="N", help=f"how many days of letters ({DAYS})"
    )
    add_options(parser)
    # Ids may stand behind an option.
    return parser.parse_intermixed_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
