"""Letters on their way, in DynamoDB: each step one transaction, with what it makes of the requests that wait."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.audit.trail import Happening, noting_posted
from chalicelib.letters.contract.states import COPY, origins
from chalicelib.letters.life import LETTER, LetterRow, in_state
from chalicelib.letters.posting import LETTERS
from chalicelib.letters.underway import moving
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.items import CODE
from chalicelib.mandates.register.notices import later_items
from chalicelib.mandates.register.requests import DynamoRequests, for_each
from chalicelib.mandates.register.transactions import Delivery
from chalicelib.people.actor import Cause, System
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition, Item


class DynamoDeliveries(DynamoRequests):
    """The part of the register that is about letters; see `mandates/register/ports.py::MandateStore`."""

    def letter(self, letter_id: str) -> LetterRow | None:
        return Rows(self._letters, LETTER).find(letter_id=letter_id)

    def deliver(self, delivery: Delivery) -> None:
        self._table.write_together(
            [
                self._moving(delivery),
                *moving(self._letters, delivery.letter_id, delivery.state, delivery.at),
                *self._marked(delivery),
                *for_each(delivery.posted, lambda one: self._posted_one(one, delivery)),
                *self._prolonging(delivery.posted),
                *for_each(delivery.lost, lambda one: self._lost_one(one, delivery)),
                *self._voiding(delivery.lost),
                *later_items(self._letters, delivery.due),
            ]
        )

    def confirm_address(self, letter: LetterRow, now: datetime) -> None:
        same = Condition(
            "checked_at = :was AND attribute_exists(useful_until) AND attribute_exists(sealed)",
            {},
            {":was": letter.checked_at, ":now": now},
        )
        checked = Rows(self._letters, LETTER).changing("SET checked_at = :now", same, letter_id=letter.letter_id)
        self._table.write_together([checked, LETTERS.marking(self._letters, letter, now)])

    def _marked(self, delivery: Delivery) -> list[Item]:
        if delivery.recalled:
            return [LETTERS.marking_anew(self._letters, delivery.letter_id)]
        # The vendor has it: nothing is left to be sent.
        return [] if delivery.stopped else [LETTERS.unmarking(self._letters, delivery.letter_id)]

    def _moving(self, delivery: Delivery) -> Item:
        told = {"reason": delivery.reason, "batch": delivery.batch or None}
        said = {name: value for name, value in told.items() if value is not None}
        allowed = in_state(origins(delivery.state))
        gone = (*COPY, "useful_until") if delivery.recalled else COPY
        removed = {f"#gone{number}": name for number, name in enumerate(gone)}
        still = "" if delivery.stopped else " AND attribute_exists(useful_until)"
        # Whoever has it has begun with it.
        ours = " AND attribute_exists(sealed)" if delivery.recalled else ""
        # Around all of it stands a pair already (`storage/writers.py`), and DynamoDB refuses a second one.
        condition = Condition(
            f"({allowed.text}){still}{ours}" if still or ours else allowed.text,
            {**allowed.names, "#at": f"{delivery.state}_at", **removed, **{f"#{name}": name for name in said}},
            {
                **allowed.values,
                ":state": delivery.state,
                ":at": delivery.at,
                **{f":{name}": said[name] for name in said},
            },
        )
        also = "".join(f", #{name} = :{name}" for name in said)
        update = f"SET #state = :state, #at = :at{also} REMOVE {', '.join(removed)}"
        return Rows(self._letters, LETTER).changing(update, condition, letter_id=delivery.letter_id)

    def _posted_one(self, request: Request, delivery: Delivery) -> list[Item]:
        """Let a request end when that counts from the posting. Nothing that a visitor has before them gets in its way:
        its version stays.
        """
        waits = Condition(
            "attribute_not_exists(ended) AND expires_at > :now AND #version = :version",
            {"#version": "version", "#days": "valid_days"},
            {":now": delivery.now, ":version": request.version, ":end": request.expires_at},
        )
        key = {"represented": request.represented, "case_id": request.case_id}
        update = "SET expires_at = :end REMOVE #days"
        return [
            self._requests.changing(update, waits, **key),
            # Of what another asked, who asked would see that it can be asked again (invariant 7).
            *(self._marked_until(request) if request.is_own else ()),
            noting_posted(self._audit, request.case_id, delivery.letter_id, delivery.at, request.sides),
        ]

    def _marked_until(self, request: Request) -> list[Item]:
        marks, key = self._marks(request.represented, request.service_id, request.requester.person)
        still = Condition("case_id = :case", {}, {":case": request.case_id, ":end": request.expires_at})
        return [marks.changing("SET expires_at = :end", still, **key)]

    def _prolonging(self, posted: Sequence[Request]) -> list[Item]:
        """Let a code work as long as the last of its requests is open, and no longer."""
        items: list[Item] = []
        for code in {one.code for one in posted if one.code}:
            end = max(one.expires_at for one in posted if one.code == code)
            if not any(stored.code_id == code.code_id for stored in self.codes(code.claim)):
                continue
            there = Condition(
                "attribute_exists(pk)", {"#ttl": "ttl"}, {":end": end, ":ttl": CODE.kept.ttl({"expires_at": end})}
            )
            update = "SET expires_at = :end, #ttl = :ttl"
            items.append(self._codes.changing(update, there, claim=code.claim, code_id=code.code_id))
        return items

    def _lost_one(self, request: Request, delivery: Delivery) -> list[Item]:
        by, now = System(Cause.REGISTER if delivery.recalled else Cause.POST), delivery.now
        return [
            self._ending(request, RequestState.UNDELIVERABLE, now),
            *([self._unmarking(request)] if request.is_own else ()),
            self._noting(request, request.version + 1, Happening.UNDELIVERABLE, by, now),
        ]

    def _voiding(self, lost: Sequence[Request]) -> list[Item]:
        codes = {one.code for one in lost if one.code}
        return [self._codes.deleting(claim=code.claim, code_id=code.code_id) for code in codes]
