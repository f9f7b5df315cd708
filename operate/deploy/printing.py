"""Who prints changes only between letters: each is sealed under the key of who printed when it was asked for."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.letters.contract.states import VendorKind
from chalicelib.letters.reckoning import Reckoning
from chalicelib.storage.tables import LettersTable
from operate.deploy.stack import Found
from provisioning.command import CannotGoOn

_NAMED = 3

_LYING = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


class LettersWait(CannotGoOn):
    """Which letters whoever prints next could not open."""


def changes_printer(before: Found, after: Mapping[str, str]) -> bool:
    """Tell whether parameters of the template give the letters to somebody else than who prints in a stack.

    In one that has no release yet nobody does, and there may be no tables to look into.
    """
    if not before.release:
        return False
    old, new = (parameters.get("PrintVendor", VendorKind.FUNCTION) for parameters in (before.parameters, after))
    return old != new


def hold_for_letters(tables: Iterable[LettersTable], sqs: Any, queue: str, stage: str) -> None:  # noqa: ANN401 - boto3 client
    """Raise `LettersWait` as long as a letter is not accepted by who prints now; or `Unavailable`.

    Rows tell which. The queue tells of others too: what was accepted and is being printed, or tried again, and what the
    release before sent, which marked no letter as under way.
    """
    waiting = list(dict.fromkeys(one for table in tables for one in _waiting(Reckoning(table))))
    lying = _lying(sqs, queue)
    if waiting or lying:
        named = ", ".join(waiting[:_NAMED]) + (", …" if len(waiting) > _NAMED else "")
        raise LettersWait(
            "PrintVendor would change, and whoever prints next could not open the letters that wait to be accepted "
            f"({len(waiting)}){named and f': {named}'}, nor what lies in their queue ({lying}). Deploy with the former "
            "PrintVendor, and this again when they are accepted, within minutes as a rule; "
            f"python -m operate.letters {stage} says which wait too long. When who prints now never will: "
            f"python -m operate.deploy {stage} --leave-letters."
        )


def _waiting(reckoning: Reckoning) -> list[str]:
    return [*(one.letter_id for one in reckoning.waiting() if not one.accepted), *sorted(reckoning.unsent)]


def _lying(sqs: Any, queue: str) -> int:  # noqa: ANN401 - boto3 client
    """Return how many messages lie in a queue, as far as SQS knows: also what somebody took and has not deleted yet."""
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    return sum(map(int, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_LYING)["Attributes"].values()))
