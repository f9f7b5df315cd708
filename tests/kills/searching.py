"""Looking for codes, names and addresses where there must be none."""

import base64
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from chalicelib.mandates.model.codes import ALPHABET, GROUP, LENGTH
from tests.kills.people import NAME, STREET

_CODE = re.compile(rf"(?<![{ALPHABET}-])[{ALPHABET}]{{{GROUP}}}(?:-[{ALPHABET}]{{{GROUP}}}){{2}}(?![{ALPHABET}-])")
_LONG = re.compile(rf"[{ALPHABET}]{{{LENGTH},}}")
_BETWEEN = re.compile(r"(?<=\w)[-. \u2010-\u2015_](?=\w)")
_MADE_UP = re.compile(rf"(?:{NAME}|{STREET})[a-z]{{8}}", re.IGNORECASE)
_NUMBER = re.compile(r"\d{9,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}")


@dataclass(frozen=True, slots=True)
class Found:
    """What must not be there, and where it is."""

    where: str
    what: str


def codes_in(text: str) -> list[str]:
    """Return the codes that a letter shows, as they are written."""
    return _CODE.findall(text)


@dataclass(frozen=True)
class Secret:
    """What only paper may show: codes in their plain form, numbers, and in small letters names and streets."""

    codes: Collection[str]
    numbers: Collection[str]
    words: Collection[str]

    def found_in(self, places: Iterable[tuple[str, str]]) -> Iterator[Found]:
        """Yield what is found in texts, each named, also in other letters, with other dashes, or as base64."""
        for where, text in places:
            for form in (text, "\n".join(_decoded(text))):
                yield from (Found(where, what) for what in self._in(form))

    def _in(self, text: str) -> Iterator[str]:
        yield from (found for found in _MADE_UP.findall(text) if found.lower() in self.words)
        for run in _NUMBER.findall(text):
            yield from (part for part in _windows(run, 9) if part in self.numbers)
        shouted = text.upper()
        for form in (shouted, _BETWEEN.sub("", shouted)):
            for run in _LONG.findall(form):
                yield from (part for part in _windows(run, LENGTH) if part in self.codes)


def _windows(run: str, size: int) -> Iterator[str]:
    return (run[start : start + size] for start in range(len(run) - size + 1))


def _decoded(text: str) -> Iterator[str]:
    """Yield what words of base64 hold, as far as it is text."""
    for word in _BASE64.findall(text):
        plain = word.replace("+", "-").replace("/", "_")
        yield base64.urlsafe_b64decode(plain[: len(plain) // 4 * 4]).decode("latin-1")
