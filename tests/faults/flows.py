"""What people, providers and schedules do, step by step. Each step is one request, and can be sent again as it was."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.world import World
from tests.http.client import Answer, Person

Do = Callable[[World], Answer]
Prepare = Callable[[World], None]
Check = Callable[[World], bool]


def nothing(_: World) -> None:
    """Need no preparation."""


def always(_: World) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    do: Do
    """One request; sent again it is the same request, as when somebody reloads."""
    ready: Prepare = nothing
    """What happens before it, elsewhere: at DigiD, at the provider."""
    resumes: bool = False
    """Something was taken before or in this, which cannot be had again: sending it again must lead on."""
    soap: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    name: str
    prepare: Prepare
    steps: tuple[Step, ...]
    reached: Check = always
    """Whether what was wanted is so, as far as another look at the application tells."""


def sign_in(person: Person, world: World) -> None:
    """Sign somebody in, and know the token that all forms of this session carry."""
    person.sign_in()
    world.facts["csrf"] = person.token("/activate")
    assert world.facts["csrf"]


def vera_is_here(world: World) -> None:
    sign_in(world.vera, world)


def look(who: str, path: str) -> Step:
    """Open a page; `{name}` in its path is something that is known by then."""
    return Step(f"GET {path}", lambda world: world.people[who].get(path.format(**world.facts)))


def fill_in(who: str, path: str, *known: str, **fields: str) -> Step:
    """Send a form of a page; the fields in `known` have the values of what is known by then."""

    def do(world: World) -> Answer:
        more = {name: world.facts[name] for name in ("csrf", *known)}
        answer = world.people[who].post(path.format(**world.facts), {**fields, **more})
        if "Location" in answer.headers:
            world.facts["next"] = answer.location
        return answer

    return Step(f"POST {path}", do)


def page_says(who: str, path: str, words: str) -> Check:
    return lambda world: words in world.people[who].get(path.format(**world.facts)).body
