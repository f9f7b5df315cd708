"""Flows around a mandate: asking, letters, activating, wrong codes, revoking, withdrawing, looking."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.days import today
from chalicelib.jobs import hearing_of_deaths, sweeping
from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep
from chalicelib.mandates.living.leaving import write_death
from chalicelib.mandates.model.codes import generate, grouped
from chalicelib.mandates.own.telephoning import ask_by_telephone
from chalicelib.mandates.rules.wanted import WantedService
from local.events import _schedule_event
from tests.builders import PORTAL_ID, SERVICE_ID, VERA, a_call, a_period
from tests.faults import state
from tests.faults.flows import Flow, Prepare, Step, fill_in, look, page_says, sign_in, vera_is_here
from tests.faults.striking import Fault
from tests.faults.world import World
from tests.http.client import Answer
from tests.http.journey import ask_for_mandate, check_one, code_of, mandate, of_vera, print_one, told_one
from tests.process import current

_DONE = Answer(200, "done", {})


def _vera_asked(world: World) -> None:
    world.facts["case_id"] = ask_for_mandate(world.vera)
    sign_in(world.vera, world)


def _vera_asked_and_the_queue_was_down(world: World) -> None:
    sign_in(world.vera, world)
    review = world.vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"})
    world.vera.get(review.location)
    world.striker.fail_all("sqs", Fault.SERVER_ERROR)
    ask_for_mandate(world.vera)
    world.striker.aim()
    world.clock.forward(minutes=1)


def _henk_has(code: str | None) -> Prepare:
    def prepare(world: World) -> None:
        case_id = ask_for_mandate(world.vera)
        known = code or code_of(case_id)
        sign_in(world.henk, world)
        world.facts.update(case_id=case_id, **of_vera(known))

    return prepare


def vera_chose_two(world: World) -> None:
    """Choose two services whose code can be seen on the screen."""
    catalogue = current().catalogue
    for service_id in (SERVICE_ID, PORTAL_ID):
        catalogue.put_service(replace(catalogue.service(service_id), code_on_screen=20))
    sign_in(world.vera, world)
    month = {"start": "today", "end": "month"}
    world.facts["review"] = review = world.vera.submit(f"/request/{SERVICE_ID}", month).location
    world.vera.submit(f"{review.replace('confirm', 'with')}/{PORTAL_ID}", month)


def _henk_has_a_code_for_two(world: World) -> None:
    vera_chose_two(world)
    page = world.vera.get(world.vera.submit(world.facts["review"], {"handing": "screen"}).location).body
    code = page.partition('"site__code">')[2].partition("<")[0]
    sign_in(world.henk, world)
    world.facts["activation"] = world.henk.submit("/activate", of_vera(code)).location


def made_for(who: str, **dates: str) -> Prepare:
    def prepare(world: World) -> None:
        world.facts["case_id"] = mandate(world.vera, world.henk, **dates)
        world.facts.update(end_date=f"{today(world.clock()):%d-%m-%Y}")
        sign_in(world.people[who], world)

    return prepare


def _vera_chose_henk_again(world: World) -> None:
    world.facts["person"] = mandate(world.vera, world.henk)
    sign_in(world.vera, world)
    begun = world.vera.submit("/direct", {"person": world.facts["person"]}).location
    review = world.vera.submit(f"{begun}/{PORTAL_ID}", {"start": "today", "end": "month"}).location
    world.facts["review"] = world.vera.get(review).location


def _vera_may_renew(world: World) -> None:
    world.facts["case_id"] = case_id = mandate(world.vera, world.henk, end="month")
    sign_in(world.vera, world)
    proposed = re.search(r'name="period" value="([^"]+)"', world.vera.get(f"/mandates/{case_id}/renew").body)
    assert proposed
    world.facts["period"] = proposed[1]


def _henk_is_in_higher(world: World) -> None:
    world.facts["case_id"] = mandate(world.vera, world.henk)
    world.henk.sign_in("25")
    world.facts["csrf"] = world.henk.token("/activate")


def _vera_revoked(world: World) -> None:
    world.facts["case_id"] = mandate(world.vera, world.henk)
    world.clock.forward(minutes=1)
    sweep(world)
    for body in state.take_queued("checks"):
        check_one(body)
    sign_in(world.vera, world)
    world.vera.submit(f"/mandates/{world.facts['case_id']}/revoke", {})
    world.clock.forward(minutes=1)


def _tell(_: World) -> Answer:
    for body in state.queued("checks"):
        check_one(body)
    return _DONE


def _print(_: World) -> Answer:
    (body,) = state.queued()
    print_one(body)
    return _DONE


def _call(world: World) -> Answer:
    there, now = current(), world.clock()
    wanted = WantedService(there.catalogue.service(SERVICE_ID), a_period(today(now)))
    ask_by_telephone(
        a_call(wanted=(wanted,)),
        store=there.mandates,
        people=there.people,
        tries=there.tries,
        letters=there.letters,
        secrets=there.secrets,
        pick=there.pick,
        now=now,
    )
    return _DONE


def _die(_: World) -> Answer:
    record = {"body": write_death(VERA), "receiptHandle": "x"}
    hearing_of_deaths(SQSEvent({"Records": [record]}, None), current())
    return _DONE


def _vera_has_her_letter(world: World) -> None:
    _vera_asked(world)
    (body,) = state.take_queued()
    print_one(body)
    world.facts.update(letter_id=json.loads(body)["letter_id"], told_at=world.clock.now.isoformat())


def _vera_has_her_letter_in_hand(world: World) -> None:
    _vera_has_her_letter(world)
    _is_told(VendorStep.POSTED)(world)


def _is_told(step: VendorStep, reason: Mishap | None = None) -> Callable[[World], Answer]:
    """Return what takes a message of the vendor about the only letter; sent again it is the same message."""

    def told(world: World) -> Answer:
        at = datetime.fromisoformat(world.facts["told_at"])
        told_one(LetterStatus(world.facts["letter_id"], step, at, reason).to_json())
        return _DONE

    return told


def sweep(_: World) -> Answer:
    sweeping(CloudWatchEvent(_schedule_event("sweep_outbox"), None), current())
    return _DONE


def settle(world: World) -> None:
    """Let everything that goes on by itself go on to its end: the sweeper, the checks, and the print vendor."""
    for _ in range(2):
        world.clock.forward(minutes=1)
        if state.outbox() or state.overdue(world.clock()):
            sweep(world)
        for body in state.take_queued("checks"):
            check_one(body)
        for body in state.take_queued():
            print_one(body)


_SOME_WRONG_CODE = grouped(generate(random.Random(5).randrange))
_CODE = ("bsn", "born", "code")

FLOWS = (
    Flow(
        "ask",
        vera_is_here,
        (
            look("vera", "/request"),
            look("vera", f"/request/{SERVICE_ID}"),
            fill_in("vera", f"/request/{SERVICE_ID}", start="today", end="max"),
            look("vera", "{next}"),
            fill_in("vera", "{next}"),
            look("vera", "{next}"),
        ),
        page_says("vera", "/mandates", "Locks"),
    ),
    Flow("ask by telephone", vera_is_here, (Step("call", _call),), page_says("vera", "/mandates", "Locks")),
    Flow("letter by queue", _vera_asked, (Step("print", _print),)),
    Flow(
        "letter posted",
        _vera_has_her_letter,
        (Step("posted", _is_told(VendorStep.POSTED)),),
        page_says("vera", "/requests/{case_id}", "The code works up to and including"),
    ),
    Flow(
        "letter returned",
        _vera_has_her_letter_in_hand,
        (Step("returned", _is_told(VendorStep.RETURNED, Mishap.MOVED)),),
        page_says("vera", "/requests/{case_id}", "The letter came back"),
    ),
    Flow("letter by sweeper", _vera_asked_and_the_queue_was_down, (Step("sweep", sweep),)),
    Flow(
        "activate",
        _henk_has(None),
        (
            look("henk", "/activate"),
            fill_in("henk", "/activate", *_CODE),
            look("henk", "/activate/{case_id}"),
            fill_in("henk", "/activate/{case_id}"),
            look("henk", "/mandates/{case_id}"),
        ),
        page_says("henk", "/mandates/{case_id}", "Active"),
    ),
    Flow(
        "ask for two, and see the code",
        vera_chose_two,
        (look("vera", "{review}"), fill_in("vera", "{review}", handing="screen"), look("vera", "{next}")),
        page_says("vera", "/mandates", "Locks"),
    ),
    Flow(
        "activate two",
        _henk_has_a_code_for_two,
        (look("henk", "{activation}"), fill_in("henk", "{activation}"), look("henk", "{next}")),
        page_says("henk", "/mandates", "All"),
    ),
    Flow("wrong code", _henk_has(_SOME_WRONG_CODE), (fill_in("henk", "/activate", *_CODE),)),
    Flow(
        "revoke, by the represented",
        made_for("vera"),
        (
            look("vera", "/mandates/{case_id}/revoke"),
            fill_in("vera", "/mandates/{case_id}/revoke"),
            look("vera", "/mandates/{case_id}"),
        ),
        page_says("vera", "/mandates/{case_id}", "Revoked"),
    ),
    Flow(
        "revoke, by the representative",
        made_for("henk"),
        (fill_in("henk", "/mandates/{case_id}/revoke"),),
        page_says("henk", "/mandates/{case_id}", "Revoked"),
    ),
    Flow(
        "notice of an end, told later",
        _vera_revoked,
        (Step("sweep", sweep), Step("tell", _tell)),
    ),
    Flow(
        "restrict",
        made_for("vera"),
        (
            look("vera", "/mandates/{case_id}/restrict"),
            fill_in("vera", "/mandates/{case_id}/restrict", "end_date"),
            look("vera", "/mandates/{case_id}/restrict/confirm"),
            fill_in("vera", "/mandates/{case_id}/restrict/confirm"),
            look("vera", "/mandates/{case_id}"),
        ),
        page_says("vera", "/mandates/{case_id}", "Restricted by you"),
    ),
    Flow("death", made_for("henk"), (Step("death", _die),), page_says("henk", "/mandates/{case_id}", "We ended this")),
    Flow(
        "withdraw",
        _vera_asked,
        (
            look("vera", "/requests/{case_id}/withdraw"),
            fill_in("vera", "/requests/{case_id}/withdraw"),
            look("vera", "/requests/{case_id}"),
        ),
        page_says("vera", "/requests/{case_id}", "ithdrawn"),
    ),
    Flow(
        "mandate again, without a code",
        _vera_chose_henk_again,
        (
            look("vera", "/direct"),
            fill_in("vera", "/direct", "person"),
            look("vera", "{review}"),
            fill_in("vera", "{review}"),
            look("vera", "{next}"),
        ),
        page_says("henk", "/mandates", "All"),
    ),
    Flow(
        "renew",
        _vera_may_renew,
        (
            look("vera", "/mandates/{case_id}/renew"),
            fill_in("vera", "/mandates/{case_id}/renew", "period"),
            look("vera", "{next}"),
        ),
        page_says("vera", "/mandates/{case_id}", "Goes on with"),
    ),
    Flow(
        "confirm at a higher level",
        _henk_is_in_higher,
        (
            look("henk", "/mandates/{case_id}/confirm-level"),
            fill_in("henk", "/mandates/{case_id}/confirm-level"),
        ),
        page_says("henk", "/mandates/{case_id}", "the lower counts. Yours: Substantial (25)"),
    ),
    Flow(
        "state how letters look",
        vera_is_here,
        (
            look("vera", "/letters"),
            fill_in("vera", "/letters", print="large", letter_language="nl"),
            look("vera", "{next}"),
        ),
        page_says("vera", "/letters", 'value="large"\n    id="print-large" checked'),
    ),
    Flow("overview", made_for("vera"), (look("vera", "/mandates"), look("vera", "/mandates/{case_id}"))),
)
