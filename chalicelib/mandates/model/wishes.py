"""How somebody wants letters to look: stated once, and followed by every letter to them."""

from dataclasses import dataclass

LETTER_LANGUAGES = ("nl", "en")


@dataclass(frozen=True, slots=True)
class LetterWishes:
    """Raises `ValueError` for a language in which no letter is written."""

    language: str = LETTER_LANGUAGES[0]
    """Dutch for who states nothing: whoever makes a letter come does not choose the language of another."""
    large_print: bool = False

    def __post_init__(self) -> None:
        if self.language not in LETTER_LANGUAGES:
            raise ValueError("no language of letters")


UNSTATED = LetterWishes()
"""How letters look that come unasked to who has stated no wish."""


def own_wishes(stated: LetterWishes | None, page: str) -> LetterWishes:
    """Return how a letter looks that somebody makes come to themselves, from a page in a language.

    That page they read. But what they state of letters is about letters: somebody else may have set the page for them.
    """
    return stated or LetterWishes(page)
