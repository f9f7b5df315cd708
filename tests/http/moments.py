"""Moments to go back to: what led there is done once, however often a test goes on from it."""

from tests import inside
from tests.fakes import Clock
from tests.http.client import Person
from tests.process import current, now


class Moment:
    """What AWS holds, what people have in their browsers and what the clock says, now."""

    def __init__(self, *people: Person) -> None:
        self._now, self._held = now(), inside.everything()
        self._cookies = [dict(person.cookies) for person in people]

    def back(self, *people: Person) -> None:
        """Go back, with the same people, or with others in their place."""
        inside.put_all_back(self._held)
        for person, cookies in zip(people, self._cookies, strict=True):
            person.cookies = dict(cookies)
        clock = current().clock
        assert isinstance(clock, Clock)
        clock.now = self._now
