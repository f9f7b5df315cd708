"""Levels of assurance: DigiD's numbers, and their names in both generations of SAML (combiconnect.md 2.5)."""

from enum import IntEnum


class Level(IntEnum):
    BASIC = 10
    LOW = 20
    SUBSTANTIAL = 25
    HIGH = 30

    @property
    def uri(self) -> str:
        """The AuthnContextClassRef that CombiConnect answers with."""
        return _URIS[self]

    @property
    def digid_class(self) -> str:
        """The AuthnContextClassRef of DigiD SAML 3.x."""
        return f"urn:oasis:names:tc:SAML:2.0:ac:classes:{_CLASSES[self]}"

    @classmethod
    def from_class(cls, reference: str) -> "Level":
        """Read an AuthnContextClassRef of either generation. Raises `ValueError` for one that is unknown."""
        for level in cls:
            if reference == level.digid_class or reference.casefold() == level.uri.casefold():
                return level
        raise ValueError("unknown level of assurance")


_URIS = {
    Level.BASIC: "http://eid.logius.nl/LoA/basic",
    Level.LOW: "http://eidas.europa.eu/LoA/low",
    Level.SUBSTANTIAL: "http://eidas.europa.eu/LoA/substantial",
    Level.HIGH: "http://eidas.europa.eu/LoA/high",
}
_CLASSES = {
    Level.BASIC: "PasswordProtectedTransport",
    Level.LOW: "MobileTwoFactorContract",
    Level.SUBSTANTIAL: "Smartcard",
    Level.HIGH: "SmartcardPKI",
}
