"""What people wish of letters, in DynamoDB: one item for who stated it."""

from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.tables import RegisterTable

WISHES = Kind(
    "How a person wants letters to look: large print, and the language.",
    RegisterTable,
    LetterWishes,
    pk="PERSON#{person}",
    sk="WISHES",
    kept=Kept("they state another"),
    personal=("person", "language", "large_print"),
)


class DynamoWishes:
    """See `mandates/register/ports.py::Wishes` for what each method promises."""

    def __init__(self, register: RegisterTable) -> None:
        self._rows = Rows(register, WISHES)

    def stated(self, person: PersonId) -> LetterWishes | None:
        return self._rows.find(person=person)

    def state(self, person: PersonId, wishes: LetterWishes) -> None:
        self._rows.put(wishes, person=person)
