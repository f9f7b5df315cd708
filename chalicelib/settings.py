"""Every setting of the functions: its type, its meaning and an example. `docs/configuration.md` is made from this.

A value is read and checked when it is first used, never at import (packaging imports us too), so that a function
needs only the settings that it uses. Secrets are named here, never held here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, Self, TypeVar, overload
from urllib.parse import urlsplit

T = TypeVar("T")


class ConfigurationError(Exception):
    """A setting is missing or wrong; names the key, and never shows the value."""


class Setting(Generic[T]):
    """One environment variable, in capitals what the attribute is called. Reading it raises `ConfigurationError`."""

    def __init__(self, parse: Callable[[str], T], meaning: str, example: str) -> None:
        self.parse, self.meaning, self.example = parse, meaning, example

    def __set_name__(self, owner: type, name: str) -> None:
        self.attribute, self.key = name, name.upper()

    @overload
    def __get__(self, settings: None, owner: type) -> Self: ...

    @overload
    def __get__(self, settings: "Settings", owner: type) -> T: ...

    def __get__(self, settings: "Settings | None", owner: type) -> T | Self:
        if settings is None:
            return self
        text = settings.environment.get(self.key, "")
        if not text:
            raise ConfigurationError(f"{self.key} is missing: {self.meaning}")
        try:
            value = settings.__dict__[self.attribute] = self.parse(text)
        except ValueError as error:
            raise ConfigurationError(f"{self.key} is wrong: {error}") from None
        return value


def address(text: str) -> str:
    """Read an http(s) address without query or fragment; a slash at the end is dropped."""
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("it has to be an address, such as https://machtigen.example.nl")
    return text.rstrip("/")


def name(text: str) -> str:
    """Read the name of something in AWS: no spaces, nothing that could be a secret by its length."""
    if not re.fullmatch(r"[A-Za-z0-9:/._-]{1,200}", text, re.ASCII):
        raise ValueError("it has to be a name: letters, digits and :/._- only")
    return text


def entity_id(text: str) -> str:
    """Read an entityID of ours: an absolute URI of at most 1,024 characters (SAML core 8.3.6)."""
    if not re.fullmatch(r"(?=.{1,1024}\Z)[A-Za-z][A-Za-z0-9+.-]*:[!-~]+", text, re.ASCII):
        raise ValueError("it has to be an entityID, such as urn:nl-eid-gdi:1.0:TD:00000009999999990001:entities:9000")
    return text


def letters(text: str) -> tuple[int, int, int, int]:
    """Read numbers of letters, in the order of `letters/limits.py::Limits`."""
    numbers = [int(number) for number in text.split(",")]
    if len(numbers) != 4 or min(numbers) < 1:  # noqa: PLR2004 - it has as many fields
        raise ValueError("it has to be four numbers of at least 1, such as 1,5,3,10")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def pair(text: str) -> tuple[int, int]:
    """Read two numbers of at least 1."""
    numbers = [int(number) for number in text.split(",")]
    if len(numbers) != 2 or min(numbers) < 1:  # noqa: PLR2004 - it has as many fields
        raise ValueError("it has to be two numbers of at least 1, such as 10,30")
    return numbers[0], numbers[1]


def address_lines(text: str) -> tuple[str, ...]:
    """Read the lines of an address, the addressee first; `off` for none."""
    if text == "off":
        return ()
    found = tuple(line.strip() for line in text.split("|"))
    if not 2 <= len(found) <= 6 or not all(found) or max(map(len, found)) > 200:  # noqa: PLR2004 - what a letter takes
        raise ValueError("it has to be two to six lines with | between them, of 200 characters at most, or off")
    return found


def few(text: str) -> int:
    """Read how many requests are made at once: each takes several writes of one transaction, which has a hundred."""
    if not 1 <= (number := int(text)) <= 10:  # noqa: PLR2004 - as said
        raise ValueError("it has to be a number from 1 to 10")
    return number


def vendor_kind(text: str) -> str:
    """Read who prints letters, one of `letters/contract/states.py::VendorKind`."""
    if text not in ("function", "outside"):
        raise ValueError("it has to be function or outside")
    return text


def roles(text: str) -> dict[str, str]:
    """Read pairs of a print vendor and the unique id of its role; `any` where nobody can be told from another."""
    if text == "any":
        return {}
    named = dict(pair.split("=") for pair in text.split(",") if pair.count("=") == 1)
    known = named.keys() <= {"function", "outside"} and all(
        re.fullmatch("[A-Z0-9]{12,128}", one, re.ASCII) for one in named.values()
    )
    if not named or not known or len(named) != text.count(",") + 1:
        raise ValueError("it has to be pairs of a vendor and the id of its role, such as function=AROAEXAMPLE00000000")
    return named


class Settings:
    """Where things are, read from an environment."""

    base_url = Setting(
        address,
        "Public address of the application, with the stage's prefix where there is no domain",
        "https://machtigen.example.nl",
    )
    back_channel_url = Setting(
        address, "Public address at which partners show a client certificate", "https://backchannel.example.nl"
    )
    combiconnect_entity_id = Setting(
        entity_id,
        "entityID of CombiConnect, our front door for providers",
        "urn:nl-eid-gdi:1.0:TD:00000009999999990001:entities:9000",
    )
    digid_entity_id = Setting(
        entity_id,
        "entityID that stands for DigiD in requests and declarations",
        "urn:nl-eid-gdi:1.0:AD:00000009999999990001:entities:9000",
    )
    machtigen_entity_id = Setting(
        entity_id,
        "entityID that stands for DigiD Machtigen in requests and declarations",
        "urn:nl-eid-gdi:1.0:BVD:00000009999999990001:entities:9000",
    )
    register_table = Setting(name, "Table of requests, codes and mandates", "digid-machtigen-register")
    letters_table = Setting(name, "Table of letters and their outbox", "digid-machtigen-letters")
    audit_table = Setting(name, "Table of what happened, to which rows are only added", "digid-machtigen-audit")
    transient_table = Setting(name, "Table of sessions, sign-ins, artifacts and counters", "digid-machtigen-transient")
    catalogue_table = Setting(name, "Table of connections and services", "digid-machtigen-catalogue")
    letter_bucket = Setting(name, "Bucket in which printed letters lie", "digid-machtigen-letters-123456789012")
    letter_queue = Setting(
        address,
        "URL of the queue that the print vendor's function reads",
        "https://sqs.eu-west-1.amazonaws.com/123456789012/digid-machtigen-letters",
    )
    check_queue = Setting(
        address,
        "URL of the queue of checks of what somebody asks for another",
        "https://sqs.eu-west-1.amazonaws.com/123456789012/digid-machtigen-checks",
    )
    print_vendor = Setting(
        vendor_kind, "Who prints letters: `function`, our own, or `outside`, a vendor who polls the queue", "function"
    )
    letter_status_senders = Setting(
        roles,
        "Who may tell of letters: of each print vendor (`function`, `outside`) the unique id of its role; `any` on a "
        "laptop",
        "function=AROAEXAMPLE00000000",
    )
    page_function = Setting(
        name, "Name of the print vendor's function that sets a page while somebody waits", "digid-machtigen-set_page"
    )
    letter_limits = Setting(
        letters,
        "Letters that may be asked for: for one service on one day; and in 30 days by the receiver (signed in, and as "
        "many by telephone), by others, to one address",
        "1,5,3,10",
    )
    asker_limits = Setting(
        pair, "Requests that somebody may make for others: in any 24 hours, and open at once", "10,30"
    )
    look_up_limits = Setting(
        pair,
        "Look-ups for somebody else that may fail in 15 minutes: of one person, and at one home address",
        "3,5",
    )
    services_per_visit = Setting(few, "Services that somebody may ask for in one visit", "5")
    canary_address = Setting(
        address_lines,
        "Where a test letter goes each day: the operator's own address, its lines with | between them, or off",
        "DigiD Machtigen, beheer|Postbus 1|1234 AB  Voorbeeld",
    )
    field_key = Setting(
        name, "KMS key (id, ARN or alias) under which personal fields are sealed", "alias/digid-machtigen-fields"
    )
    secrets_prefix = Setting(name, "Secrets in Secrets Manager are named <prefix>/<secret>", "digid-machtigen")
    brp_url = Setting(
        address, 'Base address of "BRP Personen bevragen", version 2', "https://brp.example.nl/haalcentraal/api/brp"
    )
    aws_region = Setting(name, "Region of all the above; Lambda sets it", "eu-west-1")

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def replaced(self, **values: str) -> "Settings":
        """Return these settings with other values, by attribute."""
        return Settings({**self.environment, **{attribute.upper(): value for attribute, value in values.items()}})

    @property
    def origin(self) -> str:
        """Scheme and host of our pages, as browsers name them."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def site(self) -> str:
        """Address of our pages as people read and type it: host and path."""
        return self.base_url.partition("://")[2]

    @property
    def root(self) -> str:
        """Path under which all our pages lie: empty on a domain, `/api` behind a bare stage."""
        return urlsplit(self.base_url).path


def documented() -> Iterator[tuple[str, Setting[str]]]:
    """Yield every setting with its key, in order."""
    for setting in vars(Settings).values():
        if isinstance(setting, Setting):
            yield setting.key, setting


READ_BY_LIBRARIES = {
    "POWERTOOLS_SERVICE_NAME": ("Name of the function in log lines and metrics", "print-letter"),
    "POWERTOOLS_METRICS_NAMESPACE": ("Namespace of our metrics: the name of the stack", "digid-machtigen"),
    "POWERTOOLS_LOG_LEVEL": ("Least level that is logged: INFO tells every event, WARNING what needs a look", "INFO"),
}
"""Keys that Powertools reads by itself, each with meaning and example."""
