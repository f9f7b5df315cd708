"""The national profile: what a provider sends and gets, to the letter (combiconnect.md sections 1.4, 1.7 and 3)."""

from datetime import timedelta

import pytest
from lxml import etree
from xmlsec import Error as CannotOpen

from chalicelib.saml.partners.registration import import_metadata
from chalicelib.wiring import Wiring
from local.identities import COMBICONNECT, DIGID, MACHTIGEN
from provisioning.keys import KeyPair, new_key_pair
from tests.builders import HENK, VERA
from tests.fakes import Clock
from tests.http.client import Person, at_digid
from tests.http.combiconnect import (
    CLUSTER,
    DIRECT,
    UUID,
    artifact_in,
    asked,
    connect,
    only_name,
    read,
    resolve,
    start,
)
from tests.http.journey import mandate
from tests.saml.national import (
    ENTITY_ID,
    NEXT,
    READING,
    SUPPLIER,
    SUPPLIER_KEYS,
    Declared,
    NationalProvider,
    artifact_bytes,
    issued_at,
    our_certificate,
)
from tests.saml.provider import NAMES, found, verify, written


@pytest.fixture(params=["by itself", "by its supplier"])
def provider(wired: Wiring, request: pytest.FixtureRequest) -> NationalProvider:
    made = DIRECT if request.param == "by itself" else CLUSTER
    connect(wired, made)
    return made


def test_someone_signs_in_for_themself(henk: Person, provider: NationalProvider, clock: Clock) -> None:
    declared = read(henk, provider, henk.pass_digid(start(henk, provider, asked(provider, clock)), "25"), clock)
    assert declared.status == ["Success"]
    assert declared.identifiers == {"ActingSubjectID": HENK.digits}
    assert declared.level == "http://eidas.europa.eu/LoA/substantial"
    assert declared.authorities == [DIGID]
    assert [issuer(one) for one in declared.advice] == [DIGID]


def issuer(assertion: etree._Element) -> str:
    return assertion.findtext("a:Issuer", "", NAMES)


def represented(vera: Person, henk: Person, provider: NationalProvider, clock: Clock) -> Declared:
    case_id = mandate(vera, henk, service_id=UUID)
    choice = henk.pass_digid(start(henk, provider, asked(provider, clock, represented=True)), "25").location
    return read(henk, provider, henk.post(choice, {"person": case_id}), clock)


def test_someone_signs_in_for_who_mandated_them(
    vera: Person, henk: Person, provider: NationalProvider, clock: Clock
) -> None:
    declared = represented(vera, henk, provider, clock)
    assert declared.identifiers == {"ActingSubjectID": HENK.digits, "LegalSubjectID": VERA.digits}
    assert declared.authorities == [DIGID, MACHTIGEN]
    assert [issuer(one) for one in declared.advice] == [DIGID, MACHTIGEN]
    assert declared.audience == ([SUPPLIER, ENTITY_ID] if provider.behind else [ENTITY_ID])


def test_the_layout_is_that_of_section_3(vera: Person, henk: Person, provider: NationalProvider, clock: Clock) -> None:
    root = represented(vera, henk, provider, clock).assertion
    assert root is not None
    names = [etree.QName(child).localname for child in root]
    assert names == [
        "Issuer", "Signature", "Subject", "Conditions", "Advice", "AuthnStatement", "AttributeStatement",
    ]  # fmt: skip
    assert issuer(root) == COMBICONNECT
    name_id = found(root, "a:Subject/a:NameID")
    assert name_id.get("Format", "").endswith(":nameid-format:transient")
    assert found(root, "a:AuthnStatement").get("SessionIndex") == name_id.text
    data = found(root, "a:Subject/a:SubjectConfirmation/a:SubjectConfirmationData")
    assert set(data.keys()) == {"InResponseTo", "Recipient", "NotOnOrAfter"}
    conditions = found(root, "a:Conditions")
    assert conditions.get("NotOnOrAfter") == data.get("NotOnOrAfter")
    attributes = [
        one.get("Name", "").rpartition(":")[2] for one in root.findall("a:AttributeStatement/a:Attribute", NAMES)
    ]
    assert attributes == ["ServiceUUID", "ActingSubjectID", "LegalSubjectID"]
    assert root.findtext("a:AttributeStatement/a:Attribute/a:AttributeValue", "", NAMES) == UUID
    assert root.find(".//a:SubjectLocality", NAMES) is None
    assert root.find(".//a:EncryptedAssertion", NAMES) is None
    ids = [one.get(name) for one in root.getroottree().getroot().iter() for name in ("ID", "Id") if one.get(name)]
    assert len(ids) == len(set(ids))
    assert all(clock() - one < timedelta(seconds=60) for one in issued_at(root))


def test_the_advice_rests_on_two_more_keys(
    vera: Person, henk: Person, provider: NationalProvider, clock: Clock
) -> None:
    declared = represented(vera, henk, provider, clock)
    said, declaration = declared.advice
    assert declared.assertion is not None
    names = [only_name(found(one, "d:Signature")) for one in (declared.assertion, said, declaration)]
    assert len(set(names)) == 3
    for role, one, name in (("digid", said, names[1]), ("machtigen", declaration, names[2])):
        metadata = henk.client.http.get(f"/saml/metadata?profile=combiconnect&role={role}").body
        verify(etree.fromstring(etree.tostring(one)), our_certificate(metadata, name))
        assert one.findtext("a:Conditions//a:Audience", "", NAMES) == COMBICONNECT
        assert one.findtext(".//a:NameID", "", NAMES) == declared.assertion.findtext("a:Subject/a:NameID", "", NAMES)
        assert one.find(".//a:AuthenticatingAuthority", NAMES) is None
    told = [
        [a.get("Name", "").rpartition(":")[2] for a in one.iterfind(".//a:Attribute", NAMES)]
        for one in (said, declaration)
    ]
    assert told == [["ServiceUUID", "ActingSubjectID"], ["ServiceUUID", "ActingSubjectID", "LegalSubjectID"]]
    recipients = [key.get("Recipient") for key in said.iterfind(".//e:EncryptedKey", NAMES)]
    assert recipients == [ENTITY_ID, MACHTIGEN]


def test_one_key_is_referred_to_and_stands_beside_the_data(
    henk: Person, provider: NationalProvider, clock: Clock
) -> None:
    declared = read(henk, provider, henk.pass_digid(start(henk, provider, asked(provider, clock)), "25"), clock)
    assert declared.assertion is not None
    encrypted = found(declared.assertion, "a:AttributeStatement//a:EncryptedID")
    data, key = encrypted
    assert found(data, "e:EncryptionMethod").get("Algorithm") == "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
    retrieval = found(data, "d:KeyInfo/d:RetrievalMethod")
    assert retrieval.get("URI") == f"#{key.get('Id')}"
    assert retrieval.get("Type") == "http://www.w3.org/2001/04/xmlenc#EncryptedKey"
    assert key.get("Recipient") == ENTITY_ID
    assert key.findtext("d:KeyInfo/d:KeyName", "", NAMES) == "key-1"
    assert found(key, "e:ReferenceList/e:DataReference").get("URI") == f"#{data.get('Id')}"
    method = found(key, "e:EncryptionMethod")
    assert method.get("Algorithm") == "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
    assert found(method, "d:DigestMethod").get("Algorithm") == "http://www.w3.org/2000/09/xmldsig#sha1"


def test_while_a_provider_changes_certificates_both_keys_read(henk: Person, wired: Wiring, clock: Clock) -> None:
    both = NationalProvider(reading=(READING, NEXT))
    connect(wired, both)
    declared = read(henk, both, henk.pass_digid(start(henk, both, asked(both, clock)), "25"), clock)
    assert declared.assertion is not None
    encrypted = found(declared.assertion, "a:AttributeStatement//a:EncryptedID")
    assert [both.identifier(encrypted, pair) for pair in (READING, NEXT)] == [HENK.digits] * 2
    name = encrypted.findtext("e:EncryptedData/d:KeyInfo/d:KeyName", "", NAMES)
    assert [one.text for one in encrypted.iterfind(".//e:CarriedKeyName", NAMES)] == [name, name]
    assert [key.get("Recipient") for key in encrypted.findall("e:EncryptedKey", NAMES)] == [ENTITY_ID] * 2


def test_a_supplier_cannot_read_who_it_is(henk: Person, wired: Wiring, clock: Clock) -> None:
    connect(wired, CLUSTER)
    declared = read(henk, CLUSTER, henk.pass_digid(start(henk, CLUSTER, asked(CLUSTER, clock)), "25"), clock)
    assert declared.assertion is not None
    encrypted = found(declared.assertion, "a:AttributeStatement//a:EncryptedID")
    with pytest.raises(CannotOpen):
        CLUSTER.identifier(encrypted, SUPPLIER_KEYS)


def test_an_artifact_names_us_and_its_endpoint(henk: Person, provider: NationalProvider, clock: Clock) -> None:
    import hashlib  # noqa: PLC0415

    raw = artifact_bytes(artifact_in(henk.pass_digid(start(henk, provider, asked(provider, clock)), "25")))
    assert raw[:4] == b"\x00\x04\x00\x00"
    assert raw[4:24] == hashlib.sha1(COMBICONNECT.encode(), usedforsecurity=False).digest()
    assert len(raw) == 44


@pytest.mark.parametrize("shown", ["none", "a stranger's", "the reading one"])
def test_without_its_certificate_nothing_is_resolved(
    henk: Person, provider: NationalProvider, clock: Clock, shown: str
) -> None:
    artifact = artifact_in(henk.pass_digid(start(henk, provider, asked(provider, clock)), "25"))
    pairs = {"none": KeyPair("", ""), "a stranger's": new_key_pair("stranger"), "the reading one": READING}
    assert resolve(provider, artifact, clock, pairs[shown])[0] == 400
    assert resolve(provider, artifact, clock)[0] == 200


def test_a_second_and_a_late_resolution_tell_nothing(henk: Person, wired: Wiring, clock: Clock) -> None:
    connect(wired, DIRECT)
    first = henk.pass_digid(start(henk, DIRECT, asked(DIRECT, clock)), "25")
    assert read(henk, DIRECT, first, clock).status == ["Success"]
    assert b"Response ID" not in resolve(DIRECT, artifact_in(first), clock)[1].split(b"ArtifactResponse", 2)[1]
    assert DIRECT.resolve_answer(resolve(DIRECT, artifact_in(first), clock)[1], _ours(henk)) is None
    second = henk.pass_digid(start(henk, DIRECT, asked(DIRECT, clock)), "25")
    clock.forward(seconds=121)
    late = read(henk, DIRECT, second, clock)
    assert (late.status, late.identifiers) == (["Requester", "RequestDenied"], {})


def _ours(person: Person) -> str:
    metadata = person.client.http.get("/saml/metadata?profile=combiconnect").body
    name = etree.fromstring(metadata).findtext("d:Signature/d:KeyInfo/d:KeyName", "", NAMES)
    return our_certificate(metadata, name)


def test_the_answer_lives_from_when_the_browser_was_sent(henk: Person, wired: Wiring, clock: Clock) -> None:
    connect(wired, DIRECT)
    sent = henk.pass_digid(start(henk, DIRECT, asked(DIRECT, clock)), "25")
    until = clock() + timedelta(minutes=2)
    clock.forward(seconds=90)
    declared = read(henk, DIRECT, sent, clock)
    assert declared.assertion is not None
    conditions = found(declared.assertion, "a:Conditions")
    assert conditions.get("NotOnOrAfter") == written(until)
    assert conditions.get("NotBefore") == written(until - timedelta(minutes=4))


def test_who_cancels_is_told_to_the_provider(henk: Person, provider: NationalProvider, clock: Clock) -> None:
    sent = start(henk, provider, asked(provider, clock))
    declared = read(henk, provider, henk.cancel(at_digid(sent)), clock)
    assert (declared.status, declared.message) == (["Responder", "AuthnFailed"], "Authentication cancelled")
    again = henk.pass_digid(start(henk, provider, asked(provider, clock)), "25")
    assert read(henk, provider, again, clock).status == ["Success"]


def test_it_sends_requests_by_post_only(henk: Person, wired: Wiring, clock: Clock) -> None:
    connect(wired, DIRECT)
    assert henk.get(f"/saml/sso?{DIRECT.query(asked(DIRECT, clock))}").status == 400


def test_nobody_registers_with_another_organisations_certificate(wired: Wiring) -> None:
    from chalicelib.errors import InvalidMessage  # noqa: PLC0415

    stranger = NationalProvider(keys=new_key_pair("stranger", oin="00000001111111111111"))
    with pytest.raises(InvalidMessage, match="not of the organisation"):
        import_metadata(stranger.metadata(), wired.clock())
