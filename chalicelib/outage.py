"""When AWS does not do what we ask: an outage of a dependency, not a bug of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.errors import Unavailable


@contextmanager
def outage(dependency: str) -> Iterator[None]:
    """Turn the SDK's errors into `Unavailable(dependency)`, with the cause kept."""
    try:
        yield
    except Exception as error:
        # Imported here: it takes its time, and nothing needs it before AWS has been called.
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        if isinstance(error, ClientError | BotoCoreError):
            raise Unavailable(dependency) from error
        raise
