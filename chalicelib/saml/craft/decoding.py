"""Gate, step 1: from what the browser carries to bytes, within limits (SAML bindings 3.4.4.1 and 3.5.4)."""

import base64
import binascii
import string
import zlib

from chalicelib.errors import InvalidMessage

LARGEST_MESSAGE = 64 * 1024
"""Bytes, before and after inflating. Real messages stay below 32 kB."""
LARGEST_METADATA = 256 * 1024
"""Bytes. That of a cluster stays below 200 kB."""
_LONGEST_TEXT = LARGEST_MESSAGE * 4 // 3 + 4
_ALPHABET = f"{string.ascii_letters}{string.digits}+/=\r\n".encode()


def from_base64(text: str) -> bytes:
    """Decode strictly. Raises `InvalidMessage` for anything but base64 with optional line ends."""
    if len(text) > _LONGEST_TEXT:
        raise InvalidMessage("too large", received=f"{len(text)} characters", expected=f"at most {_LONGEST_TEXT}")
    try:
        return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        others = len(text.encode("ascii", "replace").translate(None, _ALPHABET))
        received = f"{len(text)} characters, of which {others} are none of base64"
        raise InvalidMessage("not base64", received=received, expected="base64 with its padding") from None


def inflate(data: bytes) -> bytes:
    """Inflate a raw DEFLATE stream, never beyond the limit, with nothing behind it."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = stream.decompress(data, LARGEST_MESSAGE)
    except zlib.error:
        received = f"{len(data)} bytes that begin with {data[:2].hex()}"
        raise InvalidMessage("not deflated", received=received, expected="raw DEFLATE, without a header") from None
    if stream.unconsumed_tail or stream.unused_data or not stream.eof:
        received = f"{len(data)} bytes, of which {len(stream.unconsumed_tail or stream.unused_data)} are left over"
        expected = f"one whole stream of at most {LARGEST_MESSAGE} bytes when inflated"
        raise InvalidMessage("inflates to too much, or to too little", received=received, expected=expected)
    return plain


def deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()
