"""Flows of letters that only tell: of a code that nobody used, and of what somebody asks that no code can prove."""

from dataclasses import replace

from chalicelib.letters.contract.statuses import VendorStep
from tests.builders import SERVICE_ID
from tests.faults import state
from tests.faults.flows import Flow, Step
from tests.faults.mandates import sweep
from tests.faults.world import World
from tests.http.client import Answer
from tests.http.journey import ask_for_mandate, check_one, deliver, tell
from tests.http.test_asking import ask_for
from tests.process import current

_DONE = Answer(200, "done", {})


def _code_lay_for_half_of_its_time(world: World) -> None:
    case_id = ask_for_mandate(world.vera)
    deliver()
    tell(case_id, VendorStep.POSTED)
    world.clock.forward(days=22)


def _henk_asked_what_no_letter_proves(world: World) -> None:
    catalogue = current().catalogue
    catalogue.put_service(replace(catalogue.service(SERVICE_ID), level=25))
    world.henk.sign_in("25")
    ask_for(world.henk)


def _take(_: World) -> Answer:
    for body in state.queued("checks"):
        check_one(body)
    return _DONE


FLOWS = (
    Flow("reminder, told when it is due", _code_lay_for_half_of_its_time, (Step("sweep", sweep), Step("tell", _take))),
    Flow("check, told by a letter without a code", _henk_asked_what_no_letter_proves, (Step("check", _take),)),
)
