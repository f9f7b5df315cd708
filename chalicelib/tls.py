"""Showing ourselves to another party on a TLS connection."""

import ssl
import tempfile


def show(context: ssl.SSLContext, certificate: str, private_key: str) -> None:
    """Let connections of a context show a certificate (PEM, its chain behind it). Raises `ssl.SSLError`."""
    # OpenSSL takes a key from a file only: one that no other user can read, gone at the end of the block.
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(f"{private_key}\n{certificate}")
        file.flush()
        context.load_cert_chain(file.name)
