"""Flows of asking somebody else: asking, the check of it, by queue and by sweeper, and taking it back; and of letters
about which the register is asked again.
"""

from datetime import timedelta

from chalicelib.letters.contract.letter import Reader
from chalicelib.letters.contract.states import row_key
from chalicelib.letters.receivers import receiver_of
from chalicelib.storage.table import Condition
from tests.builders import SERVICE_ID, VERA, a_letter
from tests.faults import state
from tests.faults.flows import Flow, Step, fill_in, look, page_says, sign_in
from tests.faults.mandates import sweep
from tests.faults.striking import Fault
from tests.faults.world import World
from tests.http.client import Answer
from tests.http.journey import ask_for_mandate, check, check_one
from tests.http.test_asking import BORN, ask_for, begin, choose
from tests.process import current

_DONE = Answer(200, "done", {})


def _henk_is_here(world: World) -> None:
    sign_in(world.henk, world)


def _henk_asked(world: World) -> None:
    world.facts["case_id"] = ask_for(world.henk)
    sign_in(world.henk, world)


def _henk_asked_and_it_was_checked(world: World) -> None:
    _henk_asked(world)
    check()


def _henk_asked_and_the_queue_was_down(world: World) -> None:
    confirm = choose(world.henk, begin(world.henk))
    token = world.henk.token("/ask")
    world.striker.fail_all("sqs", Fault.SERVER_ERROR)
    world.henk.post(confirm, {"csrf": token})
    world.striker.aim()
    world.clock.forward(minutes=1)


def _letter_lay(world: World) -> None:
    """Let a letter lie for more than a day, and be lost there."""
    ask_for_mandate(world.vera)
    state.take_queued()
    world.clock.now += timedelta(hours=25)


def _letter_is_asked_of(world: World) -> None:
    _letter_lay(world)
    sweep(world)


def _letter_has_another_address(world: World) -> None:
    """As of who moved: the register is the same for all flows."""
    _letter_is_asked_of(world)
    (row,) = (one for one in state.held("letters")["letters"] if one["sk"] == "LETTER")
    letter_id = str(row["pk"]).removeprefix("LETTER#")
    letter = a_letter(letter_id=letter_id, address=("Eikenlaan 3", "4321 BA  Elders"))
    other = receiver_of(letter, str(row["receiver_case"]), Reader.REPRESENTED, current().vault)
    change = Condition("", {}, {":head": other.head})
    current().letters_table.change(*row_key(letter_id), "SET head = :head", change)


def _check(_: World) -> Answer:
    (body,) = state.queued("checks")
    check_one(body)
    return _DONE


FLOWS = (
    Flow(
        "ask another",
        _henk_is_here,
        (
            look("henk", "/ask"),
            fill_in("henk", "/ask", bsn=VERA.digits, born=BORN),
            look("henk", "{next}"),
            fill_in("henk", f"{{next}}/{SERVICE_ID}", start="today", end="max"),
            look("henk", "{next}"),
            fill_in("henk", "{next}"),
            look("henk", "{next}"),
        ),
        page_says("henk", "{next}", "You asked for it on"),
    ),
    Flow("check by queue", _henk_asked, (Step("check", _check),)),
    Flow("check by sweeper", _henk_asked_and_the_queue_was_down, (Step("sweep", sweep),)),
    Flow("letter put off", _letter_lay, (Step("sweep", sweep),)),
    Flow("letter asked of again", _letter_is_asked_of, (Step("check", _check),)),
    Flow("letter recalled", _letter_has_another_address, (Step("check", _check),)),
    Flow(
        "take back what was asked",
        _henk_asked_and_it_was_checked,
        (
            look("henk", "/asked/{case_id}"),
            look("henk", "/asked/{case_id}/withdraw"),
            fill_in("henk", "/asked/{case_id}/withdraw"),
        ),
        page_says("henk", "/asked/{case_id}", "You withdrew it on"),
    ),
)
