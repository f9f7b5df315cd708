"""Keys under which letters are sealed: our own print function's roll over here, an outside vendor's is put here."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.letters.sealing import public_key
from chalicelib.settings import ConfigurationError
from operate.secrets.rotation import Refused
from operate.secrets.store import read, write
from provisioning.keys import new_vendor_key, public_part
from provisioning.secrets import LETTER_KEY, PAGE_KEY, VENDOR_KEYS

KEPT = timedelta(days=4 + 14 + 1)
"""How long a letter may lie in the queue, and then among the dead letters; and a day to seal under the next key."""


def add_vendor_key(manager: Any, prefix: str, now: datetime) -> None:  # noqa: ANN401 - boto3 client
    """Make our print function's next key, and seal under it from now on what is sealed for it."""
    value = read(manager, f"{prefix}/{VENDOR_KEYS}")
    made, known = new_vendor_key(), {one["kid"] for one in value["keys"]}
    replaced = {**dict.fromkeys(known, now.isoformat()), **value.get("replaced", {})}
    # First who opens, then who seals: in between nothing is sealed that does not open.
    write(manager, f"{prefix}/{VENDOR_KEYS}", {"keys": [*value["keys"], made], "replaced": replaced})
    for name in (LETTER_KEY, PAGE_KEY):
        if read(manager, f"{prefix}/{name}")["kid"] in known:
            write(manager, f"{prefix}/{name}", public_part(made))


def retire_vendor_key(manager: Any, prefix: str, kid: str, now: datetime) -> None:  # noqa: ANN401 - boto3 client
    """Take one of our print function's keys out. Raises `Refused` while something may lie under it."""
    value = read(manager, f"{prefix}/{VENDOR_KEYS}")
    if kid not in {one["kid"] for one in value["keys"]}:
        raise Refused(f"there is no {kid}; show lists them")
    if kid in {read(manager, f"{prefix}/{name}").get("kid") for name in (LETTER_KEY, PAGE_KEY)}:
        raise Refused(f"{kid} is in use: add a next one first")
    allowed = datetime.fromisoformat(value.get("replaced", {}).get(kid, now.isoformat())) + KEPT
    if now < allowed:
        raise Refused(f"letters under {kid} may lie in a queue until {allowed:%Y-%m-%d %H:%M} UTC: retire it then")
    left = [one for one in value["keys"] if one["kid"] != kid]
    replaced = {name: at for name, at in value.get("replaced", {}).items() if name != kid}
    write(manager, f"{prefix}/{VENDOR_KEYS}", {"keys": left, "replaced": replaced})


def letter_key(text: str) -> dict[str, Any]:
    """Read a vendor's public key, a JWK. Raises `Refused` for anything else."""
    try:
        values: dict[str, Any] = json.loads(text)
        public_key(values)
    except ConfigurationError as error:
        raise Refused(str(error)) from None
    except (ValueError, TypeError):
        raise Refused("letter-key is wrong: this is no JSON") from None
    return public_part(values)


def our_letter_key(manager: Any, prefix: str) -> dict[str, Any]:  # noqa: ANN401 - boto3 client
    """Return the public part of our own print function's newest key, for when it prints (again)."""
    return public_part(read(manager, f"{prefix}/{VENDOR_KEYS}")["keys"][-1])


def shown(manager: Any, prefix: str) -> list[str]:  # noqa: ANN401 - boto3 client
    """Return a line for each key, by its id, and what is sealed under it."""
    used: Mapping[str, str] = {name: read(manager, f"{prefix}/{name}")["kid"] for name in (LETTER_KEY, PAGE_KEY)}
    ours = [one["kid"] for one in read(manager, f"{prefix}/{VENDOR_KEYS}")["keys"]]
    return [
        *(f"{VENDOR_KEYS}  {kid}  {'in use' if kid in used.values() else 'former'}" for kid in ours),
        *(f"{name}  {kid}  {'ours' if kid in ours else 'of an outside vendor'}" for name, kid in used.items()),
    ]
