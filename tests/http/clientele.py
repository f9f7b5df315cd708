"""An accountant's clients: many mandates at once, as they lie in the register after as many activations."""

from collections.abc import Iterable
from datetime import timedelta
from typing import cast

from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.register.items import GIVEN, HELD, PARTIES, PartiesRow
from chalicelib.people.bsn import Bsn
from chalicelib.storage.rows import Rows
from chalicelib.storage.tables import RegisterTable
from chalicelib.wiring import Wiring
from tests.builders import a_mandate, a_period, a_person, a_request, some_bsns
from tests.fakes import FakeRegister


def some_clients(wired: Wiring, representative: Bsn, number: int) -> dict[str, str]:
    """Let somebody act for so many people at the service of the tests; return their names by case."""
    now, person, register = wired.clock(), wired.secrets.pseudonyms.person, cast("FakeRegister", wired.people)
    names, mandates = {}, []
    for place, bsn in enumerate(some_bsns(number)):
        case_id = f"{place:032x}"
        names[case_id] = f"Client {place:04} {'Jansen' if place % 3 else 'de Boer'}"
        register.people[bsn] = a_person(name=names[case_id])
        asked = a_request(case_id=case_id, represented=person(bsn), requested_at=now, expires_at=now + timedelta(1))
        made = a_mandate(
            asked,
            representative=person(representative),
            represented_bsn=wired.vault.seal(bsn.digits, f"case:{case_id}"),
            representative_bsn=wired.vault.seal(representative.digits, f"case:{case_id}"),
            period=a_period(now.date()),
            activated_at=now,
        )
        mandates.append(made)
    hold(wired.register, mandates)
    return names


def hold(register: RegisterTable, mandates: Iterable[Mandate]) -> None:
    given, held, parties = Rows(register, GIVEN), Rows(register, HELD), Rows(register, PARTIES)
    for mandate in mandates:
        given.put(mandate)
        held.put(mandate)
        row = PartiesRow(mandate.represented, mandate.representative, mandate.service_id)
        parties.put(row, case_id=mandate.case_id)
