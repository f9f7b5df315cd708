"""All families together. A variant makes, from what a sender really sends, a message that must be refused."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from tests.saml.hostile.samples import Sample


@dataclass(frozen=True, slots=True)
class Variant:
    family: str
    name: str
    make: Callable[[Sample], bytes] = field(repr=False)
    fools: bool = True
    """Whether a careless verifier would believe it. The others only try to break something."""
    roles: frozenset[str] | None = None
    """None for every role."""

    def fits(self, sample: Sample) -> bool:
        return self.roles is None or sample.role in self.roles

    @property
    def label(self) -> str:
        return f"{self.family}: {self.name}"


def marked(edit: Callable[[etree._Element, Sample], None]) -> Callable[[Sample], bytes]:
    """Let the sender sign, with the forged claim, what nobody should let in."""

    def make(sample: Sample) -> bytes:
        root = sample.forged()
        edit(root, sample)
        return etree.tostring(sample.seal(root))

    return make


def gate_variants() -> list[Variant]:
    """Return what the gate alone must refuse, whatever the message means."""
    from tests.saml.hostile import bounds, documents, shapes, signatures, texts, wrapping  # noqa: PLC0415 - they use us

    families = (wrapping, texts, signatures, documents, shapes, bounds)
    return [variant for family in families for variant in family.VARIANTS]
