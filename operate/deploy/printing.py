"""Who prints changes only between letters: each is sealed under the key of who printed when it was asked for."""

from collections.abc import Mapping

from chalicelib.letters.contract.states import VendorKind
from chalicelib.letters.reckoning import Reckoning
from chalicelib.storage.tables import LettersTable
from provisioning.command import CannotGoOn

_NAMED = 3


class LettersWait(CannotGoOn):
    """Which letters whoever prints next could not open."""


def changes_printer(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Tell whether parameters of the template give the letters to somebody else than those that were deployed."""
    old, new = (parameters.get("PrintVendor", VendorKind.FUNCTION) for parameters in (before, after))
    return old != new


def hold_for_letters(table: LettersTable, stage: str) -> None:
    """Raise `LettersWait` as long as a letter is not accepted by who prints now; or `Unavailable`."""
    waiting = [one.letter_id for one in Reckoning(table).waiting() if not one.accepted]
    if waiting:
        named = ", ".join(waiting[:_NAMED]) + (", …" if len(waiting) > _NAMED else "")
        raise LettersWait(
            "PrintVendor would change, and whoever prints next could not open the letters that wait to be accepted "
            f"({len(waiting)}): {named}. Deploy with the former PrintVendor, and this again when they are accepted, "
            f"within minutes as a rule; python -m operate.letters {stage} says which wait too long."
        )
