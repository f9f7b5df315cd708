"""Setting a letter, beside WeasyPrint and reportlab, which set the same words.

WeasyPrint tags its PDF as we do (PDF/UA); reportlab does not, and knows nothing of a window or of a second language.
"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from itertools import count

from pypdf import PdfReader

from bench.timing import Comparison, compare
from chalicelib.letters.contract.letter import Letter, LetterKind, LetterService
from chalicelib.mandates.model.codes import generate, grouped
from print_vendor.rendering import render

_ROUNDS = 20


def measurements() -> Iterator[Comparison]:
    numbers = count(1)
    for name, target, theirs in peers():
        # Another letter each time: what was set before is quicker for us, and does not happen.
        yield compare(
            "set a letter",
            lambda: render(letter_of(next(numbers))),
            name,
            theirs,
            rounds=_ROUNDS,
            clock=time.process_time,
            target=target,
        )


Peer = tuple[str, float | None, Callable[[], object]]
"""What it is called, the ratio to reach beside it, and what sets a letter."""


def peers() -> Iterator[Peer]:
    """Yield those that are there, each with the words of one of our letters."""
    words = PdfReader(BytesIO(render(letter_of(0)))).pages[0].extract_text().splitlines()
    for name, peer, target in (("WeasyPrint", _weasyprint, 1.0), ("reportlab, untagged", _reportlab, None)):
        try:
            theirs = peer(words)
            theirs()
        except (ImportError, OSError) as missing:
            print(f"{name} is left out: {type(missing).__name__}.")
            continue
        yield name, target, theirs


def letter_of(number: int) -> Letter:
    """Return a letter like any other, but for its reference and code."""
    day = date(2031, 5, 17)
    return Letter(
        letter_id=f"{number:036x}",
        kind=LetterKind.ASKED,
        reference=f"{number:012X}",
        language="nl",
        addressee="V. van der Gever",
        address=("Lindelaan 12", "1234 AB  Voorbeeld"),
        salutation="Geachte mevrouw Van der Gever",
        written_on=day,
        services=(LetterService("Sluizen", "Gemeente Ominous", day, day),),
        site="machtigen.example.nl",
        code=grouped(generate(random.Random(number).randrange)),  # noqa: S311 - of nobody
        use_before=day,
        asker="H. Helper",
        refusal_code="QRST-VWXZ",
    )


def _weasyprint(words: list[str]) -> Callable[[], object]:
    from weasyprint import HTML  # noqa: PLC0415 - a peer, which may not be there

    page = "".join(f"<p>{line}</p>" for line in words)
    text = f"<html lang=nl><head><title>{words[0]}</title></head><body>{page}</body></html>"
    return lambda: HTML(string=text).write_pdf(pdf_variant="pdf/ua-1")


def _reportlab(words: list[str]) -> Callable[[], object]:
    from reportlab.lib.styles import getSampleStyleSheet  # noqa: PLC0415
    from reportlab.platypus import Paragraph, SimpleDocTemplate  # noqa: PLC0415

    style = getSampleStyleSheet()["Normal"]
    return lambda: SimpleDocTemplate(BytesIO()).build([Paragraph(line, style) for line in words])


MEASUREMENTS = (measurements,)
