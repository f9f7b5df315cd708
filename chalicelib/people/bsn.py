"""The citizen service number (BSN): nine digits that pass the 11-test (machtigen.md 4.2)."""

import re
from dataclasses import dataclass, field

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015]")
_SHORTEST, _LENGTH = 8, 9


@dataclass(frozen=True, slots=True)
class Bsn:
    """A valid BSN. Its digits never show in a repr, so that no log or traceback can carry them."""

    digits: str = field(repr=False)

    def __post_init__(self) -> None:
        # Imported here: it looks at everything that is installed, which no first request should wait for in vain.
        from stdnum.nl import bsn as eleven_test  # noqa: PLC0415

        if not (self.digits.isascii() and len(self.digits) == _LENGTH and eleven_test.is_valid(self.digits)):
            raise ValueError("not a BSN")

    @classmethod
    def parse(cls, text: str) -> "Bsn":
        """Read what a person types: spaces, dots and dashes are ignored, eight digits get their leading zero.

        Raises `ValueError` without the text, which may be someone's number with one wrong digit.
        """
        digits = _SEPARATORS.sub("", text)
        if len(digits) not in (_SHORTEST, _LENGTH) or not (digits.isascii() and digits.isdigit()):
            raise ValueError("not a BSN")
        return cls(digits.zfill(_LENGTH))
