"""Only what is sealed for the vendor opens, under one of its keys, unchanged; and nothing of it is told when not."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwe
from joserfc.jwk import RSAKey

from chalicelib.letters.contract.messages import SealedLetter
from chalicelib.letters.sealing import VendorSeal, public_key
from chalicelib.settings import ConfigurationError
from print_vendor.opening import BadKeys, DoesNotOpen, Keys, Opener, key_set
from provisioning.keys import public_part
from tests.builders import a_letter
from tests.vendor import FOREIGN_SEAL, NEXT_KEY, NEXT_SEAL, SEAL, VENDOR_KEY, an_opener, key_file

LETTER = a_letter()
ID = LETTER.letter_id


def _message(seal: VendorSeal = SEAL, text: str = LETTER.to_json(), letter_id: str = ID) -> SealedLetter:
    return SealedLetter(letter_id, seal.seal(text, letter_id))


def test_a_letter_opens_for_the_vendor_and_for_nobody_else() -> None:
    assert an_opener().letter(_message()) == LETTER
    with pytest.raises(DoesNotOpen, match="names a key that we do not have"):
        an_opener().letter(_message(FOREIGN_SEAL))


def test_its_header_says_how_it_is_sealed_and_for_which_key_and_nothing_of_it_is_readable() -> None:
    sealed = SEAL.seal(LETTER.to_json(), ID)
    header = json.loads(base64.urlsafe_b64decode(sealed.partition(b".")[0] + b"=="))
    assert header == {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": VENDOR_KEY["kid"], "cty": "json"}
    assert sealed != SEAL.seal(LETTER.to_json(), ID)
    assert LETTER.code.encode() not in sealed


def test_while_a_key_rolls_over_both_open() -> None:
    opener = an_opener(VENDOR_KEY, NEXT_KEY)
    assert opener.letter(_message()) == opener.letter(_message(NEXT_SEAL)) == LETTER


def test_a_key_that_was_added_is_found_without_a_restart_and_looked_for_once_a_minute() -> None:
    now, there = [100.0], [VENDOR_KEY]
    asked: list[float] = []

    def read() -> str:
        asked.append(now[0])
        return key_file(*there)

    opener = Opener(Keys(read, lambda: now[0]))
    assert opener.letter(_message()) == LETTER
    there.append(NEXT_KEY)
    for second in (101.0, 159.0):
        now[0] = second
        with pytest.raises(DoesNotOpen):
            opener.letter(_message(NEXT_SEAL))
    now[0] = 160.0
    assert opener.letter(_message(NEXT_SEAL)) == opener.letter(_message()) == LETTER
    assert asked == [100.0, 160.0]


@pytest.mark.parametrize("part", range(5))
def test_what_was_changed_does_not_open(part: int) -> None:
    parts = _message().sealed.decode().split(".")
    flipped = "B" if parts[part][5] == "A" else "A"
    parts[part] = parts[part][:5] + flipped + parts[part][6:]
    with pytest.raises(ValueError, match=r"^(a sealed letter|no message)"):
        an_opener().letter(SealedLetter(ID, ".".join(parts).encode()))


def _made(header: dict[str, Any], algorithms: list[str]) -> SealedLetter:
    key = RSAKey.import_key(public_part(VENDOR_KEY) | {"alg": header["alg"]})
    sealed = jwe.encrypt_compact(header, LETTER.to_json().encode(), key, algorithms=algorithms)
    return SealedLetter(ID, sealed.encode())


@pytest.mark.parametrize(
    "changed",
    [{"alg": "RSA-OAEP"}, {"enc": "A128CBC-HS256"}, {"zip": "DEF"}, {"kid": None}, {"kid": 5}],
    ids=lambda changed: next(iter(changed)),
)
def test_what_is_sealed_in_another_way_is_refused_even_if_it_would_open(changed: dict[str, Any]) -> None:
    header = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": VENDOR_KEY["kid"], **changed}
    header = {name: value for name, value in header.items() if value is not None}
    try:
        message = _made(header, [header["alg"], header["enc"], "DEF"])
    except Exception:  # noqa: BLE001 - the library refuses to make it
        return
    with pytest.raises(DoesNotOpen):
        an_opener().letter(message)


def test_a_letter_opens_under_its_own_id_only() -> None:
    with pytest.raises(DoesNotOpen, match="another than its message says"):
        an_opener().letter(_message(letter_id="f" * 36))


@pytest.mark.parametrize(
    "text", ["", "900100084", "[" * 9999, "[]", "{}", LETTER.to_json().replace("letter/2", "letter/3")]
)
def test_what_is_no_letter_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"letter") as error:
        an_opener().letter(_message(text=text))
    assert "900100084" not in str(error.getrepr(style="native"))


def test_what_the_release_before_sealed_is_refused_where_nobody_opens_it() -> None:
    with pytest.raises(DoesNotOpen, match="a form that nobody sends any more"):
        Opener(Keys(lambda: key_file(VENDOR_KEY))).letter(SealedLetter(ID, b"\x01sealed"))


def test_keys_are_a_set_or_one() -> None:
    assert [one.kid for one in key_set(key_file(VENDOR_KEY, NEXT_KEY)).keys] == [VENDOR_KEY["kid"], NEXT_KEY["kid"]]
    assert [one.kid for one in key_set(json.dumps(VENDOR_KEY)).keys] == [VENDOR_KEY["kid"]]


@pytest.mark.parametrize(
    "text",
    [
        *("", "900100084", "[]", "{}", '{"keys": []}', '{"keys": [1]}', '{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}'),
        key_file(public_part(VENDOR_KEY)),
        key_file({name: value for name, value in VENDOR_KEY.items() if name != "kid"}),
        key_file({**VENDOR_KEY, "n": "%"}),
    ],
)
def test_what_are_no_keys_is_told_without_showing_them(text: str) -> None:
    with pytest.raises(BadKeys) as error:
        key_set(text)
    told = str(error.getrepr(style="native"))
    assert not [part for part in ("900100084", "c2VjcmV0", VENDOR_KEY["d"]) if part in told]


def _short() -> dict[str, Any]:
    """Return a public key as nobody should make one any more."""
    numbers = rsa.generate_private_key(65537, 1024).public_key().public_numbers()  # noqa: S505
    as_text = {"n": numbers.n.to_bytes(128, "big"), "e": numbers.e.to_bytes(3, "big")}
    return {
        "kty": "RSA",
        "kid": "short",
        **{name: base64.urlsafe_b64encode(value).decode().rstrip("=") for name, value in as_text.items()},
    }


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    ("key", "why"),
    [
        (VENDOR_KEY, "it is a private one"),
        (_short(), "fewer than 2048 bits"),
        ({**public_part(VENDOR_KEY), "kid": ""}, "no kid"),
        ({}, "no RSA key"),
        ({"kty": "oct", "k": "c2VjcmV0"}, "no RSA key"),
        ({**public_part(VENDOR_KEY), "n": "%"}, "no RSA key"),
        ({**public_part(VENDOR_KEY), "use": "sig"}, "for something else"),
        ({**public_part(VENDOR_KEY), "alg": "RSA-OAEP"}, "for something else"),
    ],
)
def test_nothing_is_sealed_under_a_key_that_is_no_vendors(key: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        VendorSeal(lambda: key).seal("a letter", ID)
    with pytest.raises(ConfigurationError, match=why):
        public_key(key)


def test_a_key_need_not_say_what_it_is_for() -> None:
    bare = {name: value for name, value in public_part(VENDOR_KEY).items() if name not in ("use", "alg")}
    sealed = VendorSeal(lambda: bare).seal(LETTER.to_json(), ID)
    assert an_opener().letter(SealedLetter(ID, sealed)) == LETTER
