"""Where a sign-in leads next, as values: pages and addresses are made of them outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.login.logins import Login


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes with a message: by its address alone, or with a form that holds `fields`."""

    to: str
    """Of whom, as people know it."""
    address: str = field(repr=False)
    fields: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ToIdentify:
    """To who identifies people. The browser gets a handle, without which nothing goes on."""

    departure: Departure
    handle: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToChoose:
    """To the choice of a person, or to where a release that failed may be tried again."""

    login: Login
    handle: str | None = field(default=None, repr=False)
    """Of a sign-in that began in this very request."""


@dataclass(frozen=True, slots=True)
class ToProvider:
    """To the provider, with its answer or a reference to it."""

    departure: Departure
    login: Login
    settled: bool
    """Whether this is how it ends: the browser gives its handle up, and may ask no more."""


Step = ToIdentify | ToChoose | ToProvider
