"""Every attribute and text of a message at the edges of what it may be."""

from collections.abc import Iterator

from lxml import etree

from tests.saml.hostile.samples import Sample

EDGES = [
    "",
    " ",
    "0001-01-01T00:00:00+01:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999-14:00",
    "2031-02-30T24:00:00Z",
    "20310101T000000Z",
    "9" * 5000,
    "-1",
    "\u0661",
    "1x",
    "x" * 3000,
    "\u00e9" * 800,
    "\U0001f600",
    "https://x.example:99999/",
    "relative",
]


def spoilt(sample: Sample) -> Iterator[tuple[str, etree._Element]]:
    """Yield the message with each attribute, and then each text, at each edge; not yet signed."""
    for place, element in enumerate(sample.fresh().iter(etree.Element)):
        names = [*element.attrib, *([None] if not len(element) else [])]
        for name in names:
            for edge in EDGES:
                root = sample.fresh()
                spoilt = list(root.iter(etree.Element))[place]
                if name is None:
                    spoilt.text = edge
                else:
                    spoilt.set(name, edge)
                yield f"{etree.QName(element).localname} {name or 'text'} {edge[:40]}", root
