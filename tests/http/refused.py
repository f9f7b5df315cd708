"""What an engineer finds in the log of a refused message."""

import re
from typing import Any

import pytest

from tests.http.client import Answer

_REFERENCE = re.compile(r"<code>([0-9A-F]{8})</code>")


def told(caplog: pytest.LogCaptureFixture, answer: Answer) -> dict[str, Any]:
    """Return the one WARNING about a refused message. It tells which rule, what was received and what was expected,
    and is found by the reference that the page shows; a Fault shows none.
    """
    lines = [vars(record) for record in caplog.records if record.levelname == "WARNING"]
    assert [line["message"] for line in lines] == ["message_refused"]
    (line,) = lines
    assert [name for name in ("reason", "received", "expected", "reference") if not line[name]] == [], line["reason"]
    assert _REFERENCE.findall(answer.body) == ([] if "<soap:Fault>" in answer.body else [line["reference"]])
    return line
