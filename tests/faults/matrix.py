"""The matrix: each call of each step of each flow, times everything that may happen to it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults import state
from tests.faults.flows import Flow, Step
from tests.faults.judging import Ending, Seen, see, wrong_with
from tests.faults.mandates import settle
from tests.faults.striking import Call, Crash, Fault
from tests.faults.world import Moment, World


@dataclass(frozen=True, slots=True)
class Recorded:
    """A step as it goes unharmed, from a function that has just started."""

    before: Moment
    calls: tuple[Call, ...]
    seen: Seen
    legal: tuple[Counter[str], ...]
    """What may lie in the tables on the way, from before the step to after it."""
    tries: dict[str, int]


@dataclass(frozen=True, slots=True)
class Unharmed:
    flow: Flow
    steps: tuple[Recorded, ...]
    settled: Counter[str]
    printed: int


@dataclass(frozen=True, slots=True)
class Case:
    """One fault at one call."""

    unharmed: Unharmed
    step: int
    call: int
    fault: Fault

    @property
    def recorded(self) -> Recorded:
        return self.unharmed.steps[self.step]

    @property
    def name(self) -> str:
        flow = self.unharmed.flow
        called = self.recorded.calls[self.call].name
        return f"{flow.name} / {flow.steps[self.step].name} / {self.call} {called} / {self.fault}"


@dataclass(frozen=True, slots=True)
class Outcome:
    case: Case
    wrong: tuple[str, ...]


def record(flow: Flow, world: World, start: Moment) -> Unharmed:
    """Go through a flow unharmed, and note what each step calls and leaves."""
    world.back_to(start)
    flow.prepare(world)
    recorded = []
    for step in flow.steps:
        step.ready(world)
        before = world.moment()
        world.back_to(before)
        legal = [state.lasting()]
        world.striker.after_each = lambda legal=legal: _note(legal)
        world.striker.aim()
        seen = see(step.do(world))
        world.striker.after_each = None
        recorded.append(Recorded(before, tuple(world.striker.calls), seen, tuple(legal), state.counters()))
    settle(world)
    assert flow.reached(world), f"{flow.name}: unharmed, but what was wanted is not so"
    return Unharmed(flow, tuple(recorded), state.lasting(), len(state.printed()))


def _note(legal: list[Counter[str]]) -> None:
    if (now := state.lasting()) != legal[-1]:
        legal.append(now)


def cases(unharmed: Unharmed) -> Iterator[Case]:
    for place, step in enumerate(unharmed.steps):
        for number, call in enumerate(step.calls):
            for fault in call.faults():
                yield Case(unharmed, place, number, fault)


def run(case: Case, world: World) -> Outcome:
    """Let the fault strike, go on as people do, and say what is wrong afterwards: nothing, one hopes."""
    world.back_to(case.recorded.before)
    try:
        return Outcome(case, tuple(_struck(case, world)))
    except Exception as error:  # noqa: BLE001 - the next cases are worth running
        return Outcome(case, (f"the run itself fails: {type(error).__name__} {str(error)[:200]}",))
    finally:
        world.striker.aim()


def _struck(case: Case, world: World) -> list[str]:
    step, recorded = case.unharmed.flow.steps[case.step], case.recorded
    world.striker.aim(case.call, case.fault)
    seen = _tried(step, world).compared(recorded.seen)
    if not world.striker.struck:
        return ["the fault found no call: the step does not go the same way twice"]
    world.striker.aim()
    wrong = wrong_with(seen, recorded.seen, step, case.fault)
    wrong += _wrong_in_tables(seen, recorded)
    if seen.ending is not Ending.AS_MEANT:
        world.start_function()
        seen, again = _again(step, recorded, world, case.fault)
        wrong += again
    anew = seen.ending is not Ending.AS_MEANT
    if not anew and recorded.calls[case.call].reads:
        # All is as it is unharmed: so will be what follows.
        return wrong
    return wrong + _gone_on(case, world, anew=anew)


def _gone_on(case: Case, world: World, *, anew: bool) -> list[str]:
    """Take the steps that are left, or all of them anew, and let letters come to rest."""
    flow, wrong = case.unharmed.flow, []
    for later in flow.steps if anew else flow.steps[case.step + 1 :]:
        later.ready(world)
        if (seen := see(later.do(world))).status >= 500:
            wrong.append(f"going on, {later.name} gives {seen.words}")
    settle(world)
    if not flow.reached(world):
        wrong.append("stuck: what was wanted is not so")
    return wrong + _wrong_in_the_end(case.unharmed, anew=anew)


def _tried(step: Step, world: World) -> Seen:
    try:
        return see(step.do(world))
    except Crash:
        return Seen(0, Ending.CRASH, "nothing", "")
    except Exception as error:  # noqa: BLE001 - a job that raises is started again
        return Seen(0, Ending.RAISED, f"{type(error).__name__}", "")


def _again(step: Step, recorded: Recorded, world: World, fault: Fault) -> tuple[Seen, list[str]]:
    """Send the same once more. What was taken must lead on; anything else may also be begun anew."""
    seen = _tried(step, world).compared(recorded.seen)
    if seen.ending in (Ending.CRASH, Ending.RAISED):
        return seen, [f"again, {step.name} fails: {seen.words}"]
    if seen.status >= 500:
        return seen, [f"again, {step.name} gives {seen.words}"]
    if step.resumes and seen.ending not in (Ending.AS_MEANT, Ending.TOLD_FAILURE) and not fault.crash:
        return seen, [f"again, {step.name} leads nowhere: {seen.words}"]
    return seen, []


def _wrong_in_tables(seen: Seen, recorded: Recorded) -> list[str]:
    now, before, after = state.lasting(), recorded.legal[0], recorded.legal[-1]
    wrong = []
    if now not in recorded.legal:
        wrong.append(f"half done: {_difference(now, after)}")
    if seen.ending is Ending.AS_MEANT and now != after:
        wrong.append(f"untrue: {seen.words!r} with {_difference(now, after)}")
    if seen.says_nothing_changed and now != before:
        wrong.append(f"untrue: 'Nothing was changed' with {_difference(now, before)}")
    # Who is told that something does not answer may have used up the try that was counted first.
    spare = seen.ending is not Ending.AS_MEANT
    if any(number > recorded.tries.get(who, 0) + spare for who, number in state.counters().items()):
        wrong.append("a try is counted twice")
    return wrong


def _wrong_in_the_end(unharmed: Unharmed, *, anew: bool) -> list[str]:
    now = state.lasting()
    more, less = now - unharmed.settled, unharmed.settled - now
    if anew:
        # A sign-in that began anew is a use of its own.
        more = Counter({row: number for row, number in more.items() if "USE#" not in row})
        # Where a provider hears of an outage, nobody was refused.
        less = Counter({row: number for row, number in less.items() if "use refused" not in row})
    wrong = [f"in the end too much: {dict(more)}"] if more else []
    wrong += [f"in the end missing: {dict(less)}"] if less else []
    if (printed := len(state.printed())) != unharmed.printed:
        wrong.append(f"in the end {printed} files at the vendor, not {unharmed.printed}")
    if left := state.outbox():
        wrong.append(f"in the end {len(left)} rows wait in the outbox")
    return wrong


def _difference(now: Counter[str], then: Counter[str]) -> str:
    return f"+{dict(now - then)} -{dict(then - now)}"
