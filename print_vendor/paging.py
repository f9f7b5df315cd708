"""A page for who prints it at home, set while they wait: nothing is written down, and nothing kept."""

from chalicelib.letters.contract.messages import SealedLetter
from print_vendor.observe import follow, log
from print_vendor.printing import Opens
from print_vendor.rendering import render


class PageSetter:
    def __init__(self, opener: Opens) -> None:
        self._opener = opener

    def set(self, event: object) -> bytes:
        """Return the PDF of what an event holds. What it raises quotes nothing of that: Lambda logs and tells it."""
        letter_id = None
        try:
            message = SealedLetter.of(event)
            follow(message.correlation_id)
            letter_id = message.letter_id
            page = render(self._opener.letter(message))
        except Exception as error:
            log().error("page_not_set", letter_id=letter_id, error=type(error).__name__)
            raise
        log().info("page_set", letter_id=letter_id)
        return page
