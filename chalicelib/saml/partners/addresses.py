"""Where a partner takes what we send (SAML metadata 2.2.2, 2.2.3). What cannot be used is passed over and told."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.parsing import index_of
from chalicelib.saml.craft.uris import ARTIFACT, POST, REDIRECT, SOAP_BINDING
from chalicelib.saml.messages.their_metadata import Endpoint

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+)(:(?P<port>[0-9]{1,6}))?(?P<path>[/?][!-~]*)?", re.ASCII
)
"""Plain characters alone: its origin also goes in a header."""
_HERE = ("localhost", "127.0.0.1")
_LARGEST_PORT, _LONGEST_ADDRESS = 65535, 2000


@dataclass(frozen=True, slots=True)
class ConsumerService:
    """An AssertionConsumerService: where and how an answer goes."""

    index: int
    binding: str
    location: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class LogoutService:
    """A SingleLogoutService by POST or Redirect: where logout is asked for, and where its answer goes."""

    binding: str
    location: str
    response_location: str


def mistake_in(location: str) -> str:
    """Say what keeps an address from being used: it is https, or on this very computer. Empty when nothing does."""
    found = _ADDRESS.fullmatch(location)
    if not location or len(location) > _LONGEST_ADDRESS:
        return "no address" if not location else f"an address of more than {_LONGEST_ADDRESS} characters"
    if found is None:
        underscore = re.match(r"https?://[^/?#@]*_", location)
        return "an underscore in the host" if underscore else "not an https address of plain characters"
    if not 0 < int(found["port"] or 443) <= _LARGEST_PORT:
        return f"a port that is not from 1 to {_LARGEST_PORT}"
    if found["scheme"] == "http" and found["host"] not in _HERE:
        return "not an https address"
    return ""


def consumers(endpoints: Iterable[Endpoint], told: list[str]) -> tuple[ConsumerService, ...]:
    """Return where answers may go, the default one first: that marked so, or else the first that is not marked false.

    Raises `InvalidMessage` when there is none, or when an index is used twice.
    """
    usable: list[tuple[int, ConsumerService]] = []
    for place, one in enumerate(endpoints):
        if one.binding not in (POST, ARTIFACT):
            told.append(f"AssertionConsumerService {place + 1}: its binding is neither HTTP-POST nor HTTP-Artifact")
        elif mistake := mistake_in(one.location):
            told.append(f"AssertionConsumerService {place + 1}: {mistake}")
        else:
            marked = one.default.strip()
            default = marked in ("true", "1")
            rank = 0 if default else 2 if marked in ("false", "0") else 1
            usable.append((rank, ConsumerService(index(one.stated_index, place), one.binding, one.location, default)))
    if not usable:
        reason = "no AssertionConsumerService by HTTP-POST or HTTP-Artifact at an https address"
        raise missing(reason, told, expected="at least one")
    check_unique("AssertionConsumerService", [one.index for _, one in usable])
    return tuple(one for _, one in sorted(usable, key=lambda ranked: ranked[0]))


def logout_services(endpoints: Iterable[Endpoint], told: list[str]) -> tuple[LogoutService, ...]:
    services = []
    for place, one in enumerate(endpoints, start=1):
        back = one.response_location or one.location
        if one.binding not in (POST, REDIRECT):
            told.append(f"SingleLogoutService {place}: its binding is neither HTTP-POST nor HTTP-Redirect")
        elif mistake := mistake_in(one.location) or mistake_in(back):
            told.append(f"SingleLogoutService {place}: {mistake}")
        else:
            services.append(LogoutService(one.binding, one.location, back))
    return tuple(services)


def single_sign_on_services(endpoints: Iterable[Endpoint], told: list[str]) -> Mapping[str, str]:
    """Return where an identity provider takes requests, by binding."""
    usable = _usable(endpoints, "SingleSignOnService", (REDIRECT, POST), told)
    return {one.binding: one.location for _, one in usable}


def resolution_services(endpoints: Iterable[Endpoint], told: list[str]) -> Mapping[int, str]:
    """Return where artifacts are resolved, by index."""
    usable = _usable(endpoints, "ArtifactResolutionService", (SOAP_BINDING,), told)
    return {index(one.stated_index, place): one.location for place, one in usable}


def _usable(
    endpoints: Iterable[Endpoint], name: str, bindings: Sequence[str], told: list[str]
) -> Iterator[tuple[int, Endpoint]]:
    for place, one in enumerate(endpoints):
        if one.binding not in bindings:
            continue
        if mistake := mistake_in(one.location):
            told.append(f"{name} {place + 1}: {mistake}")
        else:
            yield place, one


def index(stated: str | None, place: int) -> int:
    """Return the index of an endpoint or service; its place where none is stated."""
    return place if stated is None else index_of(stated)


def missing(reason: str, told: Iterable[str], *, expected: str) -> InvalidMessage:
    """Say what is missing in a role, and why what may have been meant for it cannot be used."""
    told = list(told)
    received = f"{len(told)} that cannot be used" if told else ""
    return InvalidMessage("; ".join([reason, *told]), received=received, expected=expected)


def check_unique(name: str, indexes: Sequence[int]) -> None:
    if twice := sorted({one for one in indexes if indexes.count(one) > 1}):
        raise InvalidMessage(f"two {name}s with one index", received=map(str, twice), expected="each once")
