"""Flows of who is asked by another: approving, refusing with a block, letting them ask again, refusing by letter."""

from tests.asked import REFUSAL, VISIT, asked_and_passed_on
from tests.faults.flows import Flow, fill_in, look, page_says, sign_in
from tests.faults.world import World
from tests.process import current

_PAGE = f"/approvals/{VISIT}"
_CHOSEN = {f"case_{VISIT}": "1"}


def _henk_asked(world: World) -> None:
    wiring = current()
    asked_and_passed_on(wiring.mandates, now=wiring.clock(), secrets=wiring.secrets)
    sign_in(world.vera, world)


def _vera_blocked_henk(world: World) -> None:
    _henk_asked(world)
    world.vera.submit(f"{_PAGE}/refuse", {"block": "1"})
    world.facts["who"] = world.vera.get("/blocked").hidden["who"]


def _somebody_has_the_letter(world: World) -> None:
    wiring = current()
    asked_and_passed_on(wiring.mandates, now=wiring.clock(), secrets=wiring.secrets)
    world.facts["csrf"] = world.vera.token("/refuse")


FLOWS = (
    Flow(
        "approve",
        _henk_asked,
        (look("vera", _PAGE), fill_in("vera", _PAGE, **_CHOSEN), look("vera", "{next}")),
        page_says("vera", f"/mandates/{VISIT}", "Active"),
    ),
    Flow(
        "refuse and block",
        _henk_asked,
        (
            look("vera", f"{_PAGE}/refuse"),
            fill_in("vera", f"{_PAGE}/refuse", block="1", tell="1"),
            look("vera", "{next}"),
        ),
        page_says("vera", _PAGE, "You blocked"),
    ),
    Flow(
        "unblock",
        _vera_blocked_henk,
        (look("vera", "/blocked"), fill_in("vera", "/blocked", "who")),
        page_says("vera", "/blocked", "You blocked nobody"),
    ),
    Flow(
        "refuse by letter",
        _somebody_has_the_letter,
        (
            look("vera", "/refuse"),
            fill_in("vera", "/refuse", refusal=REFUSAL),
            look("vera", "{next}"),
            fill_in("vera", "{next}"),
            look("vera", "{next}"),
        ),
        page_says("vera", "/refuse/letter", "It is refused"),
    ),
)
