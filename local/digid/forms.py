"""Forms in which identity providers write their answers. One is DigiD's; the others say the same."""

from dataclasses import dataclass

from local.digid.names import PREFIX_LIST


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is written. The default is DigiD's."""

    prefixes: str = PREFIX_LIST
    """PrefixList of the signatures; empty for none."""
    outside: bool = True
    """Whether namespaces are declared once, on the outermost element, so that what is inside declares none."""
    encrypted: bool = False
    attributes: bool = False
    """Whether an AttributeStatement comes before the AuthnStatement."""
    assertion: bool = True
    """Whether the assertion is signed."""
    whole: bool = True
    """Whether a Response by POST is signed."""
    response: bool = False
    """Whether a Response inside an ArtifactResponse is signed too."""
    destination: bool = False
    """Whether a Response by Artifact has a Destination."""
    sparse: bool = False
    """Whether it says no more than it must: the key's name alone, no instants of Conditions, nothing of the session."""

    @property
    def outermost(self) -> tuple[str, ...]:
        """Prefixes that are declared on the outermost element; `ec` not around what is encrypted and cut loose."""
        if not self.outside:
            return ("samlp", "saml")
        return ("samlp", "saml", "ds") if self.encrypted else ("samlp", "saml", "ds", "ec")


DIGID = Form()
FORMS = {
    "DigiD": DIGID,
    "DigiD, no more than it must say": Form(sparse=True),
    "only the outside signed": Form(assertion=False),
    "only the assertion signed": Form(whole=False),
    "all three signed": Form(response=True, destination=True),
    "declared inside": Form(outside=False),
    "declared inside, no PrefixList": Form(prefixes="", outside=False, response=True, destination=True),
    "declared outside, no PrefixList": Form(prefixes=""),
    "PrefixList of what is declared inside": Form(prefixes="saml samlp", outside=False),
    "encrypted": Form(encrypted=True),
    "encrypted, declared inside, no PrefixList": Form(prefixes="", outside=False, encrypted=True, destination=True),
    "attributes first": Form(prefixes="", outside=False, attributes=True, destination=True),
}
