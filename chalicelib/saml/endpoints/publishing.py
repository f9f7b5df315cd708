"""Our metadata, as it is shown at our addresses."""

from chalicelib.catalogue.model import Profile
from chalicelib.saml.craft.uris import ARTIFACT, POST
from chalicelib.saml.endpoints.ports import SamlPorts
from chalicelib.saml.messages import our_metadata as metadata
from chalicelib.saml.messages.our_metadata import Addresses, Published
from chalicelib.web.visit import Reply, Visit

_ANSWERS = {"artifact": ARTIFACT, "post": POST}
_METADATA = "application/samlmetadata+xml"


def to_providers(ports: SamlPorts, visit: Visit) -> Reply:
    """Show our metadata: `profile=combiconnect` for the national profile, there `role=digid` or `role=machtigen`
    for who makes the statements in an Advice; `certificates=one` for clients that refuse a second.
    """
    settings, ourselves = ports.settings, ports.ourselves
    national = visit.asked("profile") == Profile.COMBICONNECT
    name, signing = ourselves.published(visit.asked("role") if national else "")
    keys = Published(signing.all(visit.now), ourselves.encryption.all(visit.now))
    addresses = Addresses(
        single_sign_on=f"{settings.base_url}/saml/sso",
        logout=f"{settings.base_url}/saml/slo",
        resolution=f"{settings.back_channel_url if national else settings.base_url}/saml/artifact",
    )
    document = metadata.identity_provider(
        name,
        f"_{ports.new_id()}",
        addresses,
        keys.only_active() if visit.asked("certificates") == "one" else keys,
        Profile.COMBICONNECT if national else Profile.GENERAL,
        visit.now,
    )
    return Reply(document.decode(), content_type=_METADATA)


def to_digid(ports: SamlPorts, visit: Visit) -> Reply:
    """Show what whoever signs people in has to know of us, for how the pinned one answers or as `answer` says."""
    ourselves = ports.ourselves
    keys = Published(ourselves.signing.all(visit.now), ourselves.encryption.all(visit.now))
    answer = _ANSWERS.get(visit.asked("answer")) or ports.partners.binding_of_digid(visit.now)
    document = metadata.service_provider(ourselves.to_digid(visit.now), f"_{ports.new_id()}", keys, visit.now, answer)
    return Reply(document.decode(), content_type=_METADATA)
