"""What Lambda tells a function of each call of it, as far as a laptop knows: its name, its limits, and a new id."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from chalice.local import LambdaContext

from local.aws import NAME

_CONFIG = Path(__file__).parent.parent / ".chalice" / "config.json"


def call_of(function: str) -> Any:  # noqa: ANN401 - a LambdaContext, of which the types of Chalice's events know nothing
    """Return the context of a call that begins now. `function` is its name in `.chalice/config.json`."""
    limits = _limits()[function]
    return LambdaContext(f"{NAME}-{function}", limits["lambda_memory_size"], limits["lambda_timeout"] * 1000)


@cache
def _limits() -> dict[str, Any]:
    limits: dict[str, Any] = json.loads(_CONFIG.read_text(encoding="utf-8"))["lambda_functions"]
    return limits
