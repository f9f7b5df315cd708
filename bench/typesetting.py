"""Setting a letter, beside WeasyPrint and reportlab, which set the same words; and ten thousand beside the first ten.

WeasyPrint tags its PDF as we do (PDF/UA); reportlab does not, and knows nothing of a window or of a second language.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from itertools import count

from pypdf import PdfReader

from bench.cloud import QUIET, ROOT
from bench.memory import used
from bench.timing import Comparison, compare
from chalicelib.letters.contract.letter import Letter, LetterKind, LetterService
from print_vendor.rendering import render

_ROUNDS = 20
_SCALE = (10, 100, 1_000, 10_000)


def measurements() -> Iterator[Comparison]:
    numbers = count()
    words = PdfReader(BytesIO(render(_letter(next(numbers))))).pages[0].extract_text().splitlines()
    for name, peer, target in (("WeasyPrint", _weasyprint, 1.0), ("reportlab, untagged", _reportlab, None)):
        try:
            theirs = peer(words)
            theirs()
        except (ImportError, OSError) as missing:
            print(f"{name} is left out: {type(missing).__name__}.")
            continue
        # Another letter each time: what was set before is quicker for us, and does not happen.
        yield compare(
            "set a letter",
            lambda: render(_letter(next(numbers))),
            name,
            theirs,
            rounds=_ROUNDS,
            clock=time.process_time,
            target=target,
        )
    command = [sys.executable, "-m", "bench.typesetting", *map(str, _SCALE)]
    quiet = {**os.environ, **QUIET}
    told = subprocess.run(command, check=True, env=quiet, cwd=ROOT, stdout=subprocess.PIPE).stdout
    steps = json.loads(told.splitlines()[-1])
    (few, first, before), *_, (many, each, after) = steps
    yield Comparison(
        f"set a letter, of {many:,}", f"of {few}", each, first, [one[1] / first for one in steps[1:]], target=1.1
    )
    peak = f"peak memory after {many:,} letters"
    yield Comparison(peak, f"after {few}", after, before, [after / before], target=1.1, unit="MB")


def _letter(number: int) -> Letter:
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
        code=f"BCDF-GHJK-{number:04d}",
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


def run(scale: list[int]) -> list[tuple[int, float, float]]:
    """Set so many letters, each another one. Return of each number the milliseconds a letter, and the peak in MB."""
    numbers = count()
    render(_letter(next(numbers)))
    return [(many, _each(many, numbers), used()[0]) for many in scale]


def _each(many: int, numbers: Iterator[int]) -> float:
    started = time.process_time()
    for _ in range(many):
        render(_letter(next(numbers)))
    return (time.process_time() - started) * 1000 / many


MEASUREMENTS = (measurements,)

if __name__ == "__main__":
    print(json.dumps(run([int(count) for count in sys.argv[1:]])))
