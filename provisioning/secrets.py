"""What secrets there are, and what a new one holds."""

import base64
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from provisioning.keys import KeyPair, new_key_pair, new_vendor_key, public_part

KEYS = ("saml-key", "saml-digid-key", "saml-machtigen-key", "saml-encryption-key")
VENDOR_KEYS, LETTER_KEY, PAGE_KEY = "print-vendor-keys", "letter-key", "page-key"
PUBLIC_KEYS = (LETTER_KEY, PAGE_KEY)
"""Private keys of our own print function; and under whose public ones letters, and pages on a screen, are sealed."""

MADE_HERE = ("person-key", "code-peppers", *KEYS, VENDOR_KEYS, *PUBLIC_KEYS)
NAMES = (*MADE_HERE, "brp-key")
"""The register's key is its operator's to give; the others are made here."""

DAYS = 365
"""How long a certificate lasts that is made here."""


def dated_key(key_pair: KeyPair, active_from: datetime) -> dict[str, str]:
    """Return a row of a secret that holds keys."""
    return {"key": key_pair.key, "certificate": key_pair.certificate, "active_from": active_from.isoformat()}


def new_pepper() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def fresh_secrets() -> dict[str, dict[str, Any]]:
    """Return new key material for every secret by name, in the shape that `wiring.py` reads."""
    since = datetime.now(UTC) - timedelta(hours=1)
    vendor = new_vendor_key()
    return {
        "person-key": {"key": new_pepper()},
        "code-peppers": {"current": "1", "keys": {"1": new_pepper()}},
        **{name: {"keys": [dated_key(new_key_pair("DigiD Machtigen", days=DAYS), since)]} for name in KEYS},
        VENDOR_KEYS: {"keys": [vendor]},
        **{name: public_part(vendor) for name in PUBLIC_KEYS},
        "brp-key": {"key": secrets.token_urlsafe(24)},
    }
