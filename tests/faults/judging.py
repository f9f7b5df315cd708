"""What an answer says, and whether it may say so."""

import base64
import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from lxml import etree

from tests.faults.flows import Step
from tests.faults.striking import Fault
from tests.http.client import Answer
from tests.saml.provider import NAMES

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_MADE_UP = re.compile(r"[0-9a-f]{12,}")


class Ending(Enum):
    """How a request ended, compared to how it ends unharmed."""

    AS_MEANT = auto()
    OUTAGE = auto()
    """Said so, and that it may be tried again."""
    TOLD_FAILURE = auto()
    """A provider is told, signed, that nobody signed in."""
    CRASH = auto()
    RAISED = auto()
    """A job that failed: its queue or schedule starts it again."""
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Seen:
    status: int
    ending: Ending
    words: str
    """What it says, in short: title, where it leads, what a provider is told."""
    body: str

    @property
    def says_nothing_changed(self) -> bool:
        return "Nothing was changed" in self.body or "Nothing was sent" in self.body

    def compared(self, meant: "Seen") -> "Seen":
        return replace(self, ending=Ending.AS_MEANT) if self.words == meant.words else self


def see(answer: Answer) -> Seen:
    words = f"{answer.status} {_words(answer)}"
    if answer.status == 503:
        ending = Ending.OUTAGE
    elif "told Re" in words or "SOAP Success Re" in words:
        ending = Ending.TOLD_FAILURE
    else:
        ending = Ending.OTHER
    return Seen(answer.status, ending, words, answer.body)


def wrong_with(seen: Seen, meant: Seen, step: Step, fault: Fault) -> list[str]:
    """Return what is wrong with an answer in an outage: it may be as meant, say so, or tell the provider a failure."""
    if seen.ending is Ending.CRASH:
        return []
    if fault.crash:
        return ["the crash was survived"]
    if step.soap and not seen.words.split(" ", 1)[1].startswith("SOAP"):
        return [f"no SOAP but {seen.words}"]
    if seen.compared(meant).ending is Ending.OTHER:
        return [f"told as a decision: {seen.words}"]
    return []


def _words(answer: Answer) -> str:
    kind = str(answer.headers.get("Content-Type", ""))
    if "Location" in answer.headers:
        return f"to {_where(answer.location)}"
    if "SAMLResponse" in answer.hidden:
        return f"told {_statuses(etree.fromstring(base64.b64decode(answer.hidden['SAMLResponse'])))}"
    if "xml" in kind:
        root = etree.fromstring(answer.body.encode())
        return f"SOAP {_statuses(root)}" if root.tag.endswith("}Envelope") else "XML"
    title = _TITLE.search(answer.body)
    return title[1].strip() if title else answer.body[:80]


def _where(location: str) -> str:
    path, _, query = location.partition("?")
    carried = [name for name in ("SAMLart", "SAMLRequest", "SAMLResponse") if f"{name}=" in query]
    return _MADE_UP.sub("*", path) + "".join(f" with {name}" for name in carried)


def _statuses(root: etree._Element) -> str:
    """Return what a message says: an outage and a refusal may have one status, and not one text."""
    codes = [code.get("Value", "").rpartition(":")[2] for code in root.iterfind(".//p:StatusCode", NAMES)]
    return " ".join([*codes, *(f"({text.text})" for text in root.iterfind(".//p:StatusMessage", NAMES))])
