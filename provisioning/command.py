"""How every command of an operator ends: with a status, and where something is wrong one line that says what to do."""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from chalicelib.errors import Explained, Unavailable

P = ParamSpec("P")

NO_CREDENTIALS = "There are no credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."


class CannotGoOn(Exception):
    """Why a command stops, and what to do."""


_FORESEEN = (CannotGoOn, Explained, Unavailable, ClientError, BotoCoreError, OSError, UnicodeError)


def command(main: Callable[P, int]) -> Callable[P, int]:
    """Let a command end without a trace: 1 with the reason where it cannot go on, 130 when the operator stopped it."""

    @functools.wraps(main)
    def run(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return main(*args, **kwargs)
        except KeyboardInterrupt:
            print("\nStopped.", file=sys.stderr)
            return 130
        except _FORESEEN as error:
            print(_reason(error), file=sys.stderr)
            return 1

    return run


def _reason(error: BaseException) -> str:  # noqa: PLR0911 - a table reads best in one piece
    match error:
        case Unavailable() if error.__cause__ is not None:
            return _reason(error.__cause__)
        case Unavailable():
            return f"{error.dependency} does not answer. Try again in a few minutes."
        case NoRegionError():
            return "No region is set. Set AWS_DEFAULT_REGION, or name a stage with --stage."
        case NoCredentialsError():
            return NO_CREDENTIALS
        case ClientError():
            told = error.response["Error"]
            return f"AWS refuses {error.operation_name} ({told['Code']}): {told['Message']}"
        case BotoCoreError():
            return f"AWS does not answer: {error}"
        case OSError():
            return f"{error.filename}: {error.strerror}" if error.filename else f"This computer refuses: {error}"
        case UnicodeError():
            return f"A file is not the text that it should be (UTF-8): {error}"
        case Explained():
            return error.told
        case _:
            return str(error)
