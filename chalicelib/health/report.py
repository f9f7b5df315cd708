"""What /health tells: whether each thing that we need answers, and how many days each certificate has left."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from cryptography import x509

from chalicelib.budget import LONGEST, budget
from chalicelib.deadline import at_once
from chalicelib.errors import NotFound
from chalicelib.settings import ConfigurationError

CERTIFICATES = ("saml-key", "saml-digid-key", "saml-machtigen-key", "saml-encryption-key")
"""Secrets that hold keys with certificates."""


@dataclass(frozen=True, slots=True)
class Report:
    answers: Mapping[str, bool]
    """By dependency."""
    days_left: Mapping[str, int]
    """By certificate in use, and for `digid` the first end in its metadata. Negative when it is over."""

    @property
    def well(self) -> bool:
        return all(self.answers.values()) and all(days >= 0 for days in self.days_left.values())

    def to_json(self) -> str:
        dependencies = {name: "ok" if alive else "down" for name, alive in self.answers.items()}
        status = "ok" if self.well else "degraded"
        return json.dumps({"status": status, "dependencies": dependencies, "days_left": dict(self.days_left)})


def ask_all(checks: Mapping[str, Callable[[], object]]) -> dict[str, bool]:
    """Ask everybody at a time: one who is silent takes no other's turn. Who has not answered in time does not answer.

    Raises `Unavailable` when there is no time to ask anything, and `ConfigurationError`.
    """
    seconds = budget().patience("health", LONGEST)
    asked = at_once(seconds, len(checks), [partial(answers, check) for check in checks.values()])
    return {name: one.done() and one.result() for name, one in zip(checks, asked, strict=True)}


def answers(check: Callable[[], object]) -> bool:
    """Ask something small; what is not there has answered. A setting that is wrong is no outage."""
    try:
        check()
    except NotFound:
        return True
    except ConfigurationError:
        raise
    except Exception:  # noqa: BLE001 - whatever is wrong, it does not answer
        return False
    return True


def days_left(secret: Mapping[str, Any], now: datetime) -> int:
    """Return the days left on the certificate in use of a secret that holds dated keys."""
    # Not through OurKeys, which reads private keys: nobody who asks for /health should make us open those.
    rows = secret["keys"]
    in_use = max((row for row in rows if _since(row) <= now), key=_since, default=rows[0])
    return (x509.load_pem_x509_certificate(in_use["certificate"].encode()).not_valid_after_utc - now).days


def _since(row: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(row["active_from"])
