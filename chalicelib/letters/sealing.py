"""Letters, sealed for who prints them: as JWE under the vendor's public key, so that we cannot read them either."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.settings import ConfigurationError

LEAST_BITS = 2048
_ALGORITHMS = ("RSA-OAEP-256", "A256GCM")


class VendorSeal:
    """Seals under a public RSA key (a JWK with `kid`) that is asked for each time, so that it may roll over."""

    def __init__(self, key: Callable[[], Mapping[str, Any]]) -> None:
        self._key = key

    def seal(self, text: str, context: str) -> bytes:
        """Return a JWE in its compact form. What is sealed has to say itself what the `context` says: whose it is.

        Raises `Unavailable`, or `ConfigurationError` for a key that is none of a vendor's.
        """
        # Imported here: a tenth of a second, that only who writes a letter waits for.
        from joserfc import jwe  # noqa: PLC0415

        del context
        key = public_key(self._key())
        algorithm, encryption = _ALGORITHMS
        header = {"alg": algorithm, "enc": encryption, "kid": key.kid, "cty": "json"}
        return jwe.encrypt_compact(header, text.encode(), key, algorithms=list(_ALGORITHMS)).encode()


def public_key(values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - joserfc's, which is loaded here only
    """Return a vendor's key. Raises `ConfigurationError` for a private one, a short one, one without a name, or one
    that is for something else.
    """
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    try:
        key = RSAKey.import_key(dict(values))
    except (JoseError, ValueError, TypeError, KeyError):
        raise ConfigurationError("the vendor's key is wrong: it is no RSA key as JWK") from None
    if key.is_private:
        raise ConfigurationError("the vendor's key is wrong: it is a private one")
    if values.get("use", "enc") != "enc" or values.get("alg", _ALGORITHMS[0]) != _ALGORITHMS[0]:
        raise ConfigurationError(f"the vendor's key is wrong: it is for something else than enc and {_ALGORITHMS[0]}")
    if key.raw_value.key_size < LEAST_BITS or not key.kid:
        raise ConfigurationError(f"the vendor's key is wrong: it has no kid, or fewer than {LEAST_BITS} bits")
    return key
