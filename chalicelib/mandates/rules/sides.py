"""Either side of a mandate, and nobody else, sees and changes it."""

from chalicelib.errors import NotFound
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.pseudonym import PersonId


def mandate_of(person: PersonId, case_id: str, *, store: MandateStore) -> tuple[Mandate, Party]:
    """Return a mandate of somebody, and on which side they are. Raises `NotFound` also when it is none of theirs."""
    mandate = store.mandate(case_id)
    party = mandate.party(person) if mandate else None
    if mandate is None or party is None:
        raise NotFound("mandate")
    return mandate, party
