"""One party as a process of its own: `python -m local.party digid|brp|provider|kit <port> <application>`."""

import os
import sys
import urllib.request
from functools import cache
from typing import Any

from local.beside import end_with_our_starter
from local.brp.site import brp_site, key_holder
from local.serving import server
from provisioning.keys import KeyPair, new_key_pair

_PATIENCE = 10
"""Seconds to wait for another party's metadata."""


def main(name: str, port: int, application: str) -> None:
    end_with_our_starter()
    server(_site(name, f"http://localhost:{port}", application), port).serve_forever()


def _site(name: str, address: str, application: str) -> Any:  # noqa: ANN401 - a WSGI application
    # Imported when needed: each process loads only its own libraries, and so starts quickly.
    if name == "brp":
        return brp_site(key_holder(os.environ["BRP_KEY"]))
    if name == "kit":
        from local.kit.site import kit_site

        return kit_site()
    keys = new_key_pair(f"{name} (laptop)", host="localhost")
    if name == "digid":
        return _digid(address, keys, application)
    from local.provider.site import ProviderSite

    return ProviderSite(address, keys, cache(lambda: _fetch(f"{application}/saml/metadata")))


def _digid(address: str, keys: KeyPair, application: str) -> Any:  # noqa: ANN401 - a WSGI application
    """Return DigiD, or, with `DIGID_ANSWER=post` or another `DIGID_FORM`, what other identity providers do."""
    from local.digid.forms import FORMS
    from local.digid.site import DigidSite

    form, answer = FORMS[os.environ.get("DIGID_FORM") or "DigiD"], os.environ.get("DIGID_ANSWER") or "artifact"
    # The keys to encrypt to are not in the document that is made for DigiD.
    document = "post" if form.encrypted else answer
    known = f"{application}/saml/digid/metadata?answer={document}"
    return DigidSite(address, keys, lambda: _fetch(known), by_artifact=answer == "artifact", form=form)


def _fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:  # noqa: S310 - addresses of our own stack
        fetched: bytes = answer.read()
    return fetched


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
