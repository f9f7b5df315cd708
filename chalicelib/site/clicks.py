"""Forms that are sent twice: a second click has what the first got."""

from collections.abc import Callable

from chalicelib.errors import Refused


def once(do: Callable[[], None], done: Callable[[], bool]) -> None:
    """Do what is not done yet. What is refused, because the first click did it in the meantime, is done."""
    if done():
        return
    try:
        do()
    except Refused:
        if not done():
            raise
