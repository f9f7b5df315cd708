"""Where a partner takes what we send (SAML metadata 2.2.2, 2.2.3). What cannot be used is passed over and told."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.parsing import index_of
from chalicelib.saml.craft.uris import ARTIFACT, POST, REDIRECT, SOAP_BINDING, tag

Element = etree._Element

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


def consumers(role: Element, told: list[str]) -> tuple[ConsumerService, ...]:
    """Return where answers may go, the default one first: that marked so, or else the first that is not marked false.

    Raises `InvalidMessage` when there is none, or when an index is used twice.
    """
    usable: list[tuple[int, ConsumerService]] = []
    for place, endpoint in enumerate(role.findall(tag("md:AssertionConsumerService"))):
        binding, location = endpoint.get("Binding", ""), endpoint.get("Location", "")
        if binding not in (POST, ARTIFACT):
            told.append(f"AssertionConsumerService {place + 1}: its binding is neither HTTP-POST nor HTTP-Artifact")
        elif mistake := mistake_in(location):
            told.append(f"AssertionConsumerService {place + 1}: {mistake}")
        else:
            marked = endpoint.get("isDefault", "").strip()
            default = marked in ("true", "1")
            rank = 0 if default else 2 if marked in ("false", "0") else 1
            usable.append((rank, ConsumerService(index(endpoint, place), binding, location, default)))
    if not usable:
        reason = "no AssertionConsumerService by HTTP-POST or HTTP-Artifact at an https address"
        raise missing(reason, told, expected="at least one")
    check_unique("AssertionConsumerService", [one.index for _, one in usable])
    return tuple(one for _, one in sorted(usable, key=lambda ranked: ranked[0]))


def logout_services(role: Element, told: list[str]) -> tuple[LogoutService, ...]:
    services = []
    for place, endpoint in enumerate(role.findall(tag("md:SingleLogoutService")), start=1):
        binding, location = endpoint.get("Binding", ""), endpoint.get("Location", "")
        back = endpoint.get("ResponseLocation") or location
        if binding not in (POST, REDIRECT):
            told.append(f"SingleLogoutService {place}: its binding is neither HTTP-POST nor HTTP-Redirect")
        elif mistake := mistake_in(location) or mistake_in(back):
            told.append(f"SingleLogoutService {place}: {mistake}")
        else:
            services.append(LogoutService(binding, location, back))
    return tuple(services)


def single_sign_on_services(role: Element, told: list[str]) -> Mapping[str, str]:
    """Return where an identity provider takes requests, by binding."""
    return {
        endpoint.get("Binding", ""): endpoint.get("Location", "")
        for endpoint in _usable(role, "SingleSignOnService", (REDIRECT, POST), told)
    }


def resolution_services(role: Element, told: list[str]) -> Mapping[int, str]:
    """Return where artifacts are resolved, by index."""
    every = role.findall(tag("md:ArtifactResolutionService"))
    return {
        index(endpoint, every.index(endpoint)): endpoint.get("Location", "")
        for endpoint in _usable(role, "ArtifactResolutionService", (SOAP_BINDING,), told)
    }


def _usable(role: Element, name: str, bindings: Sequence[str], told: list[str]) -> Iterable[Element]:
    for place, endpoint in enumerate(role.findall(tag(f"md:{name}")), start=1):
        if endpoint.get("Binding") not in bindings:
            continue
        if mistake := mistake_in(endpoint.get("Location", "")):
            told.append(f"{name} {place}: {mistake}")
        else:
            yield endpoint


def index(element: Element, place: int) -> int:
    """Return the index of an endpoint or service; its place where there is none."""
    return index_of(element.get("index", str(place)))


def missing(reason: str, told: Iterable[str], *, expected: str) -> InvalidMessage:
    """Say what is missing in a role, and why what may have been meant for it cannot be used."""
    told = list(told)
    received = f"{len(told)} that cannot be used" if told else ""
    return InvalidMessage("; ".join([reason, *told]), received=received, expected=expected)


def check_unique(name: str, indexes: Sequence[int]) -> None:
    if twice := sorted({one for one in indexes if indexes.count(one) > 1}):
        raise InvalidMessage(f"two {name}s with one index", received=map(str, twice), expected="each once")
