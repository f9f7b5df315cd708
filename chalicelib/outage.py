"""When AWS does not do what we ask: an outage of a dependency, not a bug of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable


@contextmanager
def outage(dependency: str) -> Iterator[None]:
    """Turn the SDK's errors into `Unavailable(dependency)`, with the cause kept."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(dependency) from error
