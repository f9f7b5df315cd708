"""Who we are: three names, each with a key of its own, of which the one that counts now signs."""

import json
from datetime import UTC, datetime, timedelta

from chalicelib.keyring import Keyring
from chalicelib.saml.messages.authn_request import OurNames
from chalicelib.saml.messages.ourselves import Ourselves
from chalicelib.settings import Settings
from provisioning.keys import new_key_pair
from provisioning.secrets import dated_key

NOW = datetime(2031, 5, 17, 11, 42, 7, tzinfo=UTC)
DAY = timedelta(days=1)
NAMED = {
    "BASE_URL": "https://we.example/stage",
    "COMBICONNECT_ENTITY_ID": "urn:cc",
    "DIGID_ENTITY_ID": "urn:digid",
    "MACHTIGEN_ENTITY_ID": "urn:machtigen",
}
KEYS = {
    name: new_key_pair(name) for name in ("saml-key", "saml-digid-key", "saml-machtigen-key", "saml-encryption-key")
}
NEXT = new_key_pair("next")


def _secret(name: str) -> str:
    later = [dated_key(NEXT, NOW + DAY)] if name == "saml-key" else []
    return json.dumps({"keys": [dated_key(KEYS[name], NOW - DAY), *later]})


WE = Ourselves(Settings(NAMED), Keyring(_secret, lambda: NOW), lambda: "5" * 32)


def test_each_identity_has_a_name_and_a_key_of_its_own() -> None:
    we = WE.identities(NOW)
    assert [(one.entity_id, one.key.key_pem) for one in (we.entrance, we.digid, we.machtigen)] == [
        ("urn:cc", KEYS["saml-key"].key),
        ("urn:digid", KEYS["saml-digid-key"].key),
        ("urn:machtigen", KEYS["saml-machtigen-key"].key),
    ]
    (reads,) = we.machtigen_reads.keys
    assert reads.certificate.base64 == KEYS["saml-encryption-key"].certificate_body
    assert we.entrance == WE.entrance(NOW)
    assert we.entrance.message_id() == f"_{'5' * 32}"


def test_a_key_signs_from_its_moment_on() -> None:
    for now, key in ((NOW, KEYS["saml-key"]), (NOW + DAY, NEXT)):
        assert WE.entrance(now).key.key_pem == WE.to_digid(now).key.key_pem == key.key


def test_what_is_published_of_a_role_is_its_own_and_of_any_other_the_entrance() -> None:
    published = {role: WE.published(role) for role in ("digid", "machtigen", "", "odd")}
    assert [name for name, _ in published.values()] == ["urn:digid", "urn:machtigen", "urn:cc", "urn:cc"]
    assert [keys.secret for _, keys in published.values()] == [
        *("saml-digid-key", "saml-machtigen-key"),
        *("saml-key", "saml-key"),
    ]


def test_others_know_us_by_our_addresses_and_names() -> None:
    assert WE.as_asked == OurNames("https://we.example/stage/saml/sso", "urn:cc", "urn:digid", "urn:machtigen")
    to_digid = WE.to_digid(NOW)
    assert to_digid.entity_id == "https://we.example/stage/saml/digid/metadata"
    assert to_digid.consumer == "https://we.example/stage/saml/digid/acs"
