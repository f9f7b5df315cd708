"""The use case of asking for a mandate, on ports in memory."""

import secrets as random
from datetime import timedelta

from chalicelib.mandates.model.requests import Request
from chalicelib.mandates.own.requesting import Opened, Wish, ask
from chalicelib.mandates.own.telephoning import Call, ask_by_telephone
from tests.builders import NOW, SECRETS, VERA, a_person
from tests.fakes import FakeMandates, FakeRegister, FakeSender, FakeTries


class Desk:
    """The use case with its ports."""

    def __init__(self) -> None:
        self.store, self.letters, self.tries = FakeMandates(), FakeSender(), FakeTries()
        self.people = FakeRegister({VERA: a_person()})

    def ask(self, wish: Wish, later: timedelta = timedelta()) -> Request:
        """Ask, and return the first request that comes of it."""
        return self.ask_all(wish, later)[0]

    def ask_all(self, wish: Wish, later: timedelta = timedelta()) -> tuple[Request, ...]:
        return self.open(wish, later).requests

    def open(self, wish: Wish, later: timedelta = timedelta()) -> Opened:
        return ask(
            wish,
            store=self.store,
            people=self.people,
            tries=self.tries,
            letters=self.letters,
            secrets=SECRETS,
            pick=random.randbelow,
            now=NOW + later,
        )

    def call(self, call: Call, later: timedelta = timedelta()) -> tuple[Request, ...]:
        """Ask for who called."""
        return ask_by_telephone(
            call,
            store=self.store,
            people=self.people,
            tries=self.tries,
            letters=self.letters,
            secrets=SECRETS,
            pick=random.randbelow,
            now=NOW + later,
        )
