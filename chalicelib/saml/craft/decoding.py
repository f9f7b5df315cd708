"""Gate, step 1: from what the browser carries to bytes, within limits (SAML bindings 3.4.4.1 and 3.5.4)."""

import base64
import binascii
import zlib

from chalicelib.errors import InvalidMessage

LARGEST_MESSAGE = 64 * 1024
"""Bytes, before and after inflating. Real messages stay below 32 kB."""
LARGEST_METADATA = 256 * 1024
"""Bytes. That of a cluster stays below 200 kB."""


def from_base64(text: str) -> bytes:
    """Decode strictly. Raises `InvalidMessage` for anything but base64 with optional line ends."""
    if len(text) > LARGEST_MESSAGE * 4 // 3 + 4:
        raise InvalidMessage("too large")
    try:
        return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidMessage("not base64") from None


def inflate(data: bytes) -> bytes:
    """Inflate a raw DEFLATE stream, never beyond the limit, with nothing behind it."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = stream.decompress(data, LARGEST_MESSAGE)
    except zlib.error:
        raise InvalidMessage("not deflated") from None
    if stream.unconsumed_tail or stream.unused_data or not stream.eof:
        raise InvalidMessage("inflates to too much, or to too little")
    return plain


def deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()
