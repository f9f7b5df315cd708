"""A typesetter in memory; `tests/adapters/test_papers.py` holds it to its port beside the real one."""

from chalicelib.errors import Unavailable
from chalicelib.letters.contract.letter import Letter


class FakePapers:
    """Sets nothing, and remembers what was asked for; `down` makes it fail."""

    def __init__(self) -> None:
        self.asked: list[Letter] = []
        self.down = False

    def pdf(self, page: Letter) -> bytes:
        if self.down:
            raise Unavailable("lambda")
        self.asked.append(page)
        return f"%PDF-1.7 {page.letter_id}".encode()
