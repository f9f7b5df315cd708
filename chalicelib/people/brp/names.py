"""What someone is called: on a page, on an envelope, and in the first line of a letter (brp.md section 6).

The register makes all of it, by the person's own choice of surname. It makes no form of address for who has no
surname of their own, and no salutation for whose sex is not known: then the full name serves.
"""

from dataclasses import dataclass, field

from chalicelib.people.brp.record import LONGEST_LINE, Group, group, text


@dataclass(frozen=True, slots=True)
class Names:
    full: str = field(repr=False)
    addressee: str = field(repr=False)
    form_of_address: str = field(repr=False)
    salutation: str = field(repr=False)


def names(record: Group) -> Names:
    """Return what someone is called; all of it empty for who has no name at all."""
    addressing = group(record, "adressering")
    writing = group(addressing, "aanschrijfwijze")
    full = text(group(record, "naam"), "volledigeNaam")
    addressee = text(writing, "naam") or full
    # The register greets who is neither man nor woman by initials and surname; so do we where it greets nobody.
    neutral = f"Geachte {addressee}" if addressee else ""
    form_of_address = text(writing, "aanspreekvorm", LONGEST_LINE)
    return Names(full, addressee, form_of_address, text(addressing, "aanhef") or neutral)
