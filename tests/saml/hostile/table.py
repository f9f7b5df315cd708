"""`python -m tests.saml.hostile.table` writes docs/hostile-messages.md: how many variants of which family, per role."""

from collections import Counter
from pathlib import Path

from tests.saml.hostile import queries
from tests.saml.hostile.meanings import MEANINGS
from tests.saml.hostile.samples import ROLES, SAMPLES
from tests.saml.hostile.variants import gate_variants

DOCUMENT = Path(__file__).parent.parent.parent.parent / "docs" / "hostile-messages.md"
_QUERY = "sign-on, query"

_FAMILIES = {
    "wrapping": "the signed element moved aside, an unsigned one in its place; a signature borrowed from elsewhere",
    "text": "a text cut in two by a comment, instruction, CDATA section or element",
    "signature missing": "removed, empty, or of another namespace",
    "key": "a stranger's key in KeyInfo, a partner's of another role, HMAC with a public key",
    "algorithm": "SHA-1, MD5, other canonical forms",
    "reference": "none, two, to the whole, to a part, to a file, XPointer, Manifest",
    "transform": "XSLT, XPath, base64, none, twice, in another order",
    "digest": "a second value or SignedInfo, a value in a comment",
    "document": "DTD, entities, XInclude, second IDs, other encodings, things beside the root",
    "shape": "elements, assertions and encrypted parts that have no place there",
    "bounds": "entity bombs, 20,000 deep, thousands of attributes, namespaces or IDs, 10 MB, under a cap of 40 MB",
    "query": "signature over another order, part or encoding; parameters twice; deflate bombs",
    "meaning": "rightly signed, for another address, audience, request, moment or level; an unregistered address",
}


def text() -> str:
    counts = Counter((one.family, make().role) for make in SAMPLES for one in gate_variants() if one.fits(make()))
    counts.update({("meaning", role): len(meanings) for role, meanings in MEANINGS.items()})
    counts["query", _QUERY] = len(queries.VARIANTS)
    roles = [*ROLES, _QUERY]
    total = sum(counts.values())
    rows = [
        f"| {family} | {what} | {' | '.join(str(counts[family, role] or '–') for role in roles)} |"
        for family, what in _FAMILIES.items()
    ]
    sums = " | ".join(str(sum(counts[family, role] for family in _FAMILIES)) for role in roles)
    return f"""# Hostile messages

Made by `tests/saml/hostile`, from the public standards and advisories; this page is written by
`python -m tests.saml.hostile.table`, and a test keeps it true. **{total} messages** in {len(_FAMILIES)} families.

Each is refused by the gate (families down to *query*) and by the application over HTTP (`tests/http/hostile`): always
the same page with status 400, no cookie, nothing changed in any table, and the genuine message still works afterwards.
Hostile metadata is not registered. All but those that only try to break something also go to a verifier that is
careless on purpose (`careless.py`), which believes them: that shows that the suite is alive.

| family | what it does | {" | ".join(roles)} |
|---|---|{"---:|" * len(roles)}
{chr(10).join(rows)}
| **all** | | {sums} |

Besides: what is declared around a signature, and where it stands, in DigiD's form (`test_in_place.py`); every
message sent again and fifty times at once (`test_replay.py`), ciphertexts tampered with or under
forbidden algorithms (`tests/http/test_rollover.py`), artifacts guessed, stolen and late
(`tests/http/test_signing_in.py`), messages changed at random, by bytes and by trees, with the sender's right signature
too (`test_fuzz.py`), and the dearest to refuse, searched for by `dearest.py` and timed by `make bench`.
"""


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
