"""The lines that a function writes, as its log gets them: with what each has at the moment when it is written."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.observe import log


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@contextmanager
def written() -> Iterator[list[dict[str, Any]]]:
    """Collect what is logged meanwhile; what is counted is printed."""
    kept, logger = _Kept(), log()
    kept.setFormatter(logger.registered_formatter)
    logger.addHandler(kept)
    try:
        yield kept.lines
    finally:
        logging.getLogger(logger.name).removeHandler(kept)
