"""Texts that two readers read differently: cut off by comments, instructions, CDATA and elements."""

from collections.abc import Callable

from lxml import etree

from tests.saml.hostile.samples import NOT_IN_METADATA, Sample
from tests.saml.hostile.variants import Variant
from tests.saml.provider import found

_FORMS: dict[str, Callable[[str], str]] = {
    "comment behind the claim": lambda claim: f"{claim}<!-- -->.example",
    "comment before the claim": lambda claim: f"<!-- -->{claim}",
    "comment inside the claim": lambda claim: f"{claim[:9]}<!-- -->{claim[9:]}",
    "two comments": lambda claim: f"{claim}<!-- --><!-- -->.example",
    "comment alone behind": lambda claim: f"{claim}<!-- -->",
    "instruction behind the claim": lambda claim: f"{claim}<?x y?>.example",
    "instruction before the claim": lambda claim: f"<?x y?>{claim}",
    "CDATA": lambda claim: f"<![CDATA[{claim}]]>",
    "CDATA in part": lambda claim: f"{claim[:9]}<![CDATA[{claim[9:]}]]>",
    "empty CDATA": lambda claim: f"{claim}<![CDATA[]]>",
    "element behind the claim": lambda claim: f"{claim}<x/>.example",
    "element inside the claim": lambda claim: f"{claim[:9]}<x/>{claim[9:]}",
}
"""What stands where the claim stood."""


def _cut(write: Callable[[str], str]) -> Callable[[Sample], bytes]:
    """Let the sender sign the text as a whole; comments and CDATA, which are not signed, come in afterwards."""

    def make(sample: Sample) -> bytes:
        written = etree.fromstring(f"<x>{write(sample.evil)}</x>")
        root = sample.forged()
        element = found(root, f".//{{*}}{sample.claim}")
        if "<?" in write(sample.evil) or "<x/>" in write(sample.evil):
            element.text = written.text
            element.extend(list(written))
            return etree.tostring(sample.seal(root))
        plain = element.text = str(written.xpath("string()"))
        raw = etree.tostring(sample.seal(root)).decode()
        place = raw.index(f"{sample.claim}>{plain}<") + len(sample.claim) + 1
        return (raw[:place] + write(sample.evil) + raw[place + len(plain) :]).encode()

    return make


VARIANTS = [
    Variant("text", name, _cut(write), roles=NOT_IN_METADATA if "<!" in write("") else None)
    for name, write in _FORMS.items()
]
