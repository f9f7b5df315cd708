"""How what secrets hold changes when something rotates. Pure: the clock is an argument."""

import json
from datetime import datetime, timedelta
from typing import Any

from chalicelib.catalogue.model import MOST_REQUEST_DAYS
from chalicelib.mandates.model.validity import FULL_IF_POSTED_WITHIN
from chalicelib.saml.craft.keys import OurKeys, PrivateKey
from chalicelib.settings import ConfigurationError
from provisioning.command import CannotGoOn
from provisioning.keys import KeyPair
from provisioning.secrets import dated_key, new_pepper

PEPPER_KEPT = timedelta(days=MOST_REQUEST_DAYS + 2) + FULL_IF_POSTED_WITHIN
"""How long a pepper is kept after it was replaced: a code works as long as a service may let it, and longer where its
letter was posted later, until the end of its last day, wherever that is; and a function may use a former pepper until
it notices (`chalicelib/keyring.py::STALE`)."""


class Refused(CannotGoOn):
    """Why a secret was left as it is."""


def add_key(value: dict[str, Any], key_pair: KeyPair, active_from: datetime) -> dict[str, Any]:
    """Return a secret with a next key in it. Raises `Refused` for a key that does not fit its certificate."""
    added = {"keys": [*value["keys"], dated_key(key_pair, active_from)]}
    try:
        OurKeys.from_secret("it", json.dumps(added))
    except ConfigurationError as error:
        raise Refused(str(error)) from None
    return added


def add_pepper(value: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return the peppers with a new current one; the others still recognise the codes that they hashed."""
    number = str(max(int(known) for known in value["keys"]) + 1)
    # One of which it is not known since when it is former is so from now on.
    replaced = {**dict.fromkeys(value["keys"], now.isoformat()), **value.get("replaced", {})}
    return {"current": number, "keys": {**value["keys"], number: new_pepper()}, "replaced": replaced}


def retire(value: dict[str, Any], which: str, now: datetime) -> dict[str, Any]:
    """Return a secret without one key (by the id that `show` gives) or pepper. Raises `Refused` for one in use."""
    if which == in_use(value, now):
        raise Refused(f"{which} is in use: add a next one first, and wait until it is active")
    if which not in ids(value):
        raise Refused(f"there is no {which}; show lists them")
    if "current" in value:
        return _retire_pepper(value, which, now)
    return {"keys": [row for row in value["keys"] if _id(row) != which]}


def _retire_pepper(value: dict[str, Any], which: str, now: datetime) -> dict[str, Any]:
    """Take a pepper out. Raises `Refused` while a code under it may work: its letter would be worthless, unsaid."""
    replaced = value.get("replaced", {})
    if which not in replaced:
        raise Refused(f"since when {which} is not in use any more is not known: add a next pepper, and it will be")
    allowed = datetime.fromisoformat(replaced[which]) + PEPPER_KEPT
    if now < allowed:
        raise Refused(f"codes under {which} may work until {allowed:%Y-%m-%d %H:%M} UTC: retire it then")
    kept = [number for number in value["keys"] if number != which]
    return {
        **value,
        "keys": {number: value["keys"][number] for number in kept},
        "replaced": {number: replaced[number] for number in kept if number in replaced},
    }


def ids(value: dict[str, Any]) -> list[str]:
    return list(value["keys"]) if "current" in value else [_id(row) for row in value["keys"]]


def in_use(value: dict[str, Any], now: datetime) -> str:
    """Return the id of what is used now. Raises `ConfigurationError` when no key is active yet."""
    if "current" in value:
        return str(value["current"])
    return named(OurKeys.from_secret("it", json.dumps(value)).active(now))


def named(key: PrivateKey) -> str:
    """Name a key by the first twelve digits of its certificate's SHA-256."""
    return key.certificate.key_name[:12]


def _id(row: dict[str, str]) -> str:
    return named(PrivateKey(row["key"], row["certificate"]))
