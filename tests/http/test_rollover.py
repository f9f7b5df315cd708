"""Keys change without a restart: the next one is published before it signs, and DigiD may encrypt for both."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import xmlsec
from lxml import etree

from local import aws
from local.digid.requests import Asked
from provisioning.keys import KeyPair, new_key_pair
from provisioning.secrets import dated_key
from tests.fakes import Clock
from tests.http.client import Answer, Person, digid
from tests.saml.hostile import samples
from tests.saml.hostile.forging import sign
from tests.saml.provider import NAMES, found

OLD, NEXT, STRANGER = (new_key_pair(name) for name in ("old", "next", "stranger"))
HOUR = timedelta(hours=1)


@pytest.fixture
def secrets(clock: Clock) -> Iterator[Callable[..., None]]:
    """Return a function that puts dated keys in both secrets; what was there comes back afterwards."""
    manager = aws.client("secretsmanager")
    names = [f"digid-machtigen/{name}" for name in ("saml-key", "saml-encryption-key")]
    kept = {name: manager.get_secret_value(SecretId=name)["SecretString"] for name in names}

    def put(**keys: tuple[KeyPair, timedelta]) -> None:
        dated = [dated_key(key, clock.now + step) for key, step in keys.values()]
        for name in names:
            manager.put_secret_value(SecretId=name, SecretString=json.dumps({"keys": dated}))

    yield put
    for name, text in kept.items():
        manager.put_secret_value(SecretId=name, SecretString=text)


@pytest.fixture
def two_keys(secrets: Callable[..., None]) -> None:
    """One key that is used now, and one from the next hour on."""
    secrets(old=(OLD, -HOUR), next=(NEXT, HOUR))


def _published(person: Person, path: str, use: str) -> list[str]:
    root = etree.fromstring(person.client.http.get(path).body)
    keys = root.iterfind(f".//{{*}}KeyDescriptor[@use='{use}']", NAMES)
    return [key.findtext(".//d:X509Certificate", "", NAMES) for key in keys]


def _signs(person: Person, key: KeyPair) -> bool:
    root = etree.fromstring(person.client.http.get("/saml/metadata").body)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key.certificate, xmlsec.KeyFormat.CERT_PEM)
    context.register_id(root, "ID")
    try:
        context.verify(found(root, "d:Signature"))
    except xmlsec.Error:
        return False
    return True


@pytest.mark.usefixtures("two_keys")
def test_the_next_certificate_is_published_before_it_signs(henk: Person, clock: Clock) -> None:
    both = [OLD.certificate_body, NEXT.certificate_body]
    for path in ("/saml/metadata", "/saml/digid/metadata"):
        assert _published(henk, path, "signing") == both
    assert (_signs(henk, OLD), _signs(henk, NEXT)) == (True, False)
    clock.now += HOUR
    assert (_signs(henk, OLD), _signs(henk, NEXT)) == (False, True)
    assert _published(henk, "/saml/metadata", "signing") == both[::-1]


def test_a_key_that_rotates_is_used_within_minutes(henk: Person, clock: Clock, secrets: Callable[..., None]) -> None:
    before = _published(henk, "/saml/metadata", "signing")
    secrets(next=(NEXT, -HOUR))
    assert _published(henk, "/saml/metadata", "signing") == before
    clock.forward(minutes=5)
    assert _published(henk, "/saml/metadata", "signing") == [NEXT.certificate_body]
    assert _signs(henk, NEXT)


def test_digid_takes_our_next_key_while_its_copy_of_our_metadata_shows_the_other_first(
    henk: Person, clock: Clock, secrets: Callable[..., None]
) -> None:
    secrets(old=(OLD, -HOUR), next=(NEXT, HOUR))
    assert henk.sign_in().status == 303
    known = digid().engine.known
    clock.now += HOUR
    clock.forward(minutes=5)
    assert henk.sign_in().status == 303
    assert digid().engine.known is known
    assert OLD.certificate_body in known.signing[0][1]


def _encrypted(
    asked: Asked,
    key: KeyPair,
    *,
    inner: bytes | None = None,
    cipher: xmlsec.Transform = xmlsec.Transform.AES256_GCM,
    transport: xmlsec.Transform = xmlsec.Transform.RSA_OAEP,
    beside: bool = False,
) -> etree._Element:
    """Return DigiD's Response, unsigned, with its signed assertion, or something else, encrypted for a key of ours."""
    sample = samples.assertion(asked)
    root = sample.signed()
    assertion = found(root, "a:Assertion")
    root.remove(assertion)
    holder = etree.SubElement(root, f"{{{NAMES['a']}}}EncryptedAssertion")
    data = xmlsec.template.encrypted_data_create(holder, cipher, type=xmlsec.EncryptionType.ELEMENT, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    wrapped = xmlsec.template.add_encrypted_key(info, transport)
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(key.certificate, xmlsec.KeyFormat.CERT_PEM))
    context = xmlsec.EncryptionContext(manager)
    kind, bits = (xmlsec.KeyData.DES, 192) if cipher is xmlsec.Transform.DES3 else (xmlsec.KeyData.AES, 256)
    context.key = xmlsec.Key.generate(kind, bits, xmlsec.KeyDataType.SESSION)
    context.encrypt_binary(data, etree.tostring(assertion, with_tail=False) if inner is None else inner)
    holder.append(data)
    if beside:
        holder.append(wrapped)
        data.remove(info)
    return root


def _send(person: Person, asked: Asked, root: etree._Element) -> Answer:
    message = etree.tostring(samples.response(asked).seal(root))
    return person.answer(asked, base64.b64encode(message).decode())


@pytest.mark.usefixtures("two_keys")
@pytest.mark.parametrize("key", [OLD, NEXT], ids=["old", "next"])
@pytest.mark.parametrize("beside", [False, True], ids=["key inside", "key beside"])
@pytest.mark.parametrize("cipher", [xmlsec.Transform.AES256_GCM, xmlsec.Transform.AES256], ids=["GCM", "CBC"])
def test_what_digid_encrypts_for_a_published_key_is_opened(
    henk: Person, key: KeyPair, *, beside: bool, cipher: xmlsec.Transform
) -> None:
    asked = henk.ask_digid("/login")
    assert _send(henk, asked, _encrypted(asked, key, cipher=cipher, beside=beside)).status == 303
    assert "Sign out" in henk.get("/mandates").body


@pytest.mark.usefixtures("two_keys")
def test_whatever_is_wrong_with_a_ciphertext_gets_one_answer(henk: Person) -> None:
    asked = henk.ask_digid("/login")
    other = samples.assertion(asked).fresh()
    sign(found(other, "a:Assertion"), STRANGER)
    values = ("e:EncryptedData/e:CipherData/e:CipherValue", "e:EncryptedKey/e:CipherData/e:CipherValue")
    hostile = [
        *(_tampered(_encrypted(asked, OLD), f".//{value}", place) for value in values for place in (0, 40, -8)),
        _encrypted(asked, STRANGER),
        _encrypted(asked, OLD, transport=xmlsec.Transform.RSA_PKCS1),
        _encrypted(asked, OLD, cipher=xmlsec.Transform.DES3),
        _encrypted(asked, OLD, inner=etree.tostring(found(other, "a:Assertion"), with_tail=False)),
        _encrypted(asked, OLD, inner=b"<x/>"),
        _encrypted(asked, OLD, inner=b"no XML"),
        _encrypted(asked, OLD, inner=b'<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>'),
    ]
    answers = [_send(henk, asked, root) for root in hostile]
    assert {answer.status for answer in answers} == {400}
    assert len({answer.anonymous for answer in answers}) == 1
    assert _send(henk, asked, _encrypted(asked, OLD)).status == 303


@pytest.mark.usefixtures("two_keys")
def test_a_ciphertext_is_only_tried_when_its_sender_signed_the_whole(henk: Person) -> None:
    asked = henk.ask_digid("/login")
    message = base64.b64encode(etree.tostring(_encrypted(asked, OLD))).decode()
    assert henk.answer(asked, message).status == 400


def _tampered(root: etree._Element, path: str, place: int) -> etree._Element:
    value = found(root, path)
    text = list("".join((value.text or "").split()))
    text[place] = "A" if text[place] != "A" else "B"
    value.text = "".join(text)
    return root
