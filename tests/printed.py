"""A letter as somebody holds it: where its words stand, how large they are, and what its pages look like."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

_MM = 25.4 / 72
"""A point in millimetres."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand beside each other in one look, in millimetres from the left and from the top of their page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: "Words") -> bool:
        """Whether they lie over one another: by more than letters that are set close."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 1 and down > 0.3


@dataclass(frozen=True, slots=True)
class Picture:
    """A page in grey: a byte for each point, 0 for black, line by line."""

    width: int
    height: int
    points: bytes

    def png(self) -> bytes:
        lines = (self.points[at : at + self.width] for at in range(0, len(self.points), self.width))
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 0, 0, 0, 0)
        parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"".join(b"\0" + line for line in lines))), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
            for name, body in parts
        )


def words_of(pdf: bytes) -> list[list[Words]]:
    """Return the words of each page."""
    return [list(_words(page)) for page in _pages(pdf)]


def _words(page: pypdfium2.PdfPage) -> Iterator[Words]:
    height = page.get_height()
    text = page.get_textpage()
    for number in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(number)
        said = text.get_text_bounded(left, bottom, right, top)
        yield Words(said, left * _MM, (height - top) * _MM, right * _MM, (height - bottom) * _MM)


def lines_of(pdf: bytes) -> list[str]:
    """Return the lines of all pages, with plain spaces."""
    texts = (page.get_textpage().get_text_range() for page in _pages(pdf))
    return [line.replace("\u00a0", " ").strip() for text in texts for line in text.splitlines()]


def sizes_of(pdf: bytes, below: float) -> list[tuple[int, float, str]]:
    """Return page, size and character of what is smaller than so many points, but for blanks."""
    small = []
    for number, page in enumerate(_pages(pdf)):
        text = page.get_textpage()
        for at in range(text.count_chars()):
            character, size = text.get_text_range(at, 1), raw.FPDFText_GetFontSize(text.raw, at)
            if character.strip() and size < below:
                small.append((number, size, character))
    return small


def pictures_of(pdf: bytes, dots_per_inch: int) -> list[Picture]:
    """Return a picture of each page."""
    return [_picture(page, dots_per_inch) for page in _pages(pdf)]


def _picture(page: pypdfium2.PdfPage, dots_per_inch: int) -> Picture:
    bitmap = page.render(scale=dots_per_inch / 72, grayscale=True)
    octets, stride, width = bytes(bitmap.buffer), bitmap.stride, bitmap.width
    lines = (octets[at * stride : at * stride + width] for at in range(bitmap.height))
    return Picture(width, bitmap.height, b"".join(lines))


def _pages(pdf: bytes) -> Iterator[pypdfium2.PdfPage]:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        yield from (document[number] for number in range(len(document)))
