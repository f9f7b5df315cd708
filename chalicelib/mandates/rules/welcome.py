"""Who wants no mandates at all."""

from chalicelib.errors import Refused
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.pseudonym import PersonId


def check_welcome(person: PersonId, store: MandateStore) -> None:
    """Raise `Refused("opted_out")` for who wants no mandates: the helpdesk can change that (machtigen.md 3.5)."""
    if store.opted_out(person) is not None:
        raise Refused("opted_out")
