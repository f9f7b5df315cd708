"""A provider's metadata by itself: what would keep it from working, or from working for long."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from lxml import etree

from chalicelib.catalogue.model import Profile
from chalicelib.saml.craft.encryption import CIPHERS, RSA_OAEP
from chalicelib.saml.craft.uris import POST, tag
from chalicelib.saml.partners.registration import Imported
from local.kit.findings import Finding, mend, note, ok

_LONG = timedelta(days=30)


def look_at(imported: Imported, now: datetime) -> Iterator[Finding]:
    """Look at metadata that was let in."""
    yield ok(f"the metadata of {imported.provider.entity_id} can be read ({imported.profile})")
    for entity_id, reason in imported.refused.items():
        yield mend(f"{entity_id}, behind the supplier, cannot be used", reason)
    for one in imported.provider.passed_over:
        yield note(f"passed over: {one}", "it is not used; mend it or take it out")
    yield from _ends(imported, now)
    yield from _flags(imported)
    yield from _methods(imported)
    if not imported.provider.logout:
        yield note("no SingleLogoutService", "without one nobody can log out, and no sign-in can be shared")
    elif imported.profile is Profile.COMBICONNECT and all(one.binding != POST for one in imported.provider.logout):
        yield mend("SingleLogoutService", "the national profile logs out by HTTP-POST; add such an address")


def _ends(imported: Imported, now: datetime) -> Iterator[Finding]:
    provider = imported.provider
    if provider.valid_until is None:
        yield note("no validUntil", "state one, so that an old document is not taken for the current one")
    for what, end in provider.ends:
        if end < now + _LONG:
            advice = "publish the next one now; a certificate stands beside this one until that is not used any more"
            yield mend(f"{what} ends on {end:%Y-%m-%d}", advice)


def _flags(imported: Imported) -> Iterator[Finding]:
    role = etree.fromstring(imported.metadata).find(f".//{tag('md:SPSSODescriptor')}")
    for name in ("AuthnRequestsSigned", "WantAssertionsSigned"):
        if role is not None and role.get(name) not in ("true", "1"):
            yield note(f"{name} is not true", "requests must be signed and assertions are; say so in the metadata")
    consumers = imported.provider.consumers
    if len(consumers) > 1 and not any(one.default for one in consumers):
        yield note(
            "no default AssertionConsumerService",
            "mark one with isDefault; until then the first that is not marked false is taken",
        )


def _methods(imported: Imported) -> Iterator[Finding]:
    offered = imported.provider.encryption_methods
    if imported.profile is Profile.GENERAL and offered and not offered & set(CIPHERS):
        yield mend("EncryptionMethod names nothing that we can make", f"offer one of: {', '.join(CIPHERS)}")
    if offered and not offered & {RSA_OAEP} and any("rsa" in one for one in offered):
        yield mend("EncryptionMethod offers no RSA-OAEP", f"keys come under {RSA_OAEP}")
