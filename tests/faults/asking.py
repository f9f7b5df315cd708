"""Flows of asking somebody else: asking, the check of it, by queue and by sweeper, and taking it back."""

from tests.builders import SERVICE_ID, VERA
from tests.faults import state
from tests.faults.flows import Flow, Step, fill_in, look, page_says, sign_in
from tests.faults.mandates import sweep
from tests.faults.striking import Fault
from tests.faults.world import World
from tests.http.client import Answer
from tests.http.journey import check, check_one
from tests.http.test_asking import BORN, ask_for, begin, choose

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
