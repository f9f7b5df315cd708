import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import xmlsec

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.keys import Certificate, OurKeys
from chalicelib.saml.craft.libraries import LibraryMismatch, check_libraries
from chalicelib.settings import ConfigurationError
from provisioning.keys import new_key_pair
from provisioning.secrets import dated_key

START = """
import xmlsec
xmlsec.get_libxml_version = lambda: (1, 2, 3)
import app
"""

NOW = datetime(2031, 3, 1, 12, tzinfo=UTC)
OLD, NEXT = new_key_pair("old"), new_key_pair("next")
ROOT = Path(__file__).parent.parent.parent.parent
MONTH = timedelta(days=30)
SECRET = json.dumps({"keys": [dated_key(NEXT, NOW + MONTH), dated_key(OLD, NOW - MONTH)]})


def test_lxml_and_xmlsec_bundle_the_same_libxml2() -> None:
    check_libraries()


def test_another_libxml2_is_named_before_it_does_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmlsec, "get_libxml_version", lambda: (1, 2, 3))
    with pytest.raises(LibraryMismatch, match=r"libxml2 \(.*\), xmlsec \(1, 2, 3\): pin a pair that agrees"):
        check_libraries()


def test_the_application_does_not_start_with_a_wrong_pair() -> None:
    shown = subprocess.run([sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=False)
    assert shown.returncode != 0
    assert "xmlsec (1, 2, 3): pin a pair that agrees" in shown.stderr


def test_the_next_key_is_published_before_it_signs() -> None:
    keys = OurKeys.from_secret("saml-key", SECRET)
    assert keys.active(NOW).key_pem == OLD.key
    assert [one.certificate.base64 for one in keys.all(NOW)] == [OLD.certificate_body, NEXT.certificate_body]


def test_the_next_key_signs_from_its_moment_and_the_old_certificate_stays_until_it_is_taken_away() -> None:
    keys = OurKeys.from_secret("saml-key", SECRET)
    assert keys.active(NOW + MONTH - timedelta(seconds=1)).key_pem == OLD.key
    assert keys.active(NOW + MONTH).key_pem == NEXT.key
    assert [one.certificate.base64 for one in keys.all(NOW + MONTH)] == [NEXT.certificate_body, OLD.certificate_body]


def test_keys_are_parsed_once() -> None:
    assert OurKeys.from_secret("saml-key", SECRET) is OurKeys.from_secret("saml-key", SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [{"key": "x", "certificate": "y", "active_from": "2031-01-01T00:00:00+00:00"}]}',
        json.dumps({"keys": [{**dated_key(OLD, NOW), "active_from": "soon"}]}),
        json.dumps({"keys": [{**dated_key(OLD, NOW), "active_from": "2031-01-01"}]}),
        json.dumps({"keys": [{**dated_key(OLD, NOW), "certificate": NEXT.certificate}]}),
    ],
)
def test_a_secret_that_is_wrong_is_named_and_not_shown(text: str) -> None:
    with pytest.raises(ConfigurationError, match="secret saml-key") as refused:
        OurKeys.from_secret("saml-key", text)
    assert "PRIVATE" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_no_key_signs_before_its_moment() -> None:
    keys = OurKeys.from_secret("saml-key", json.dumps({"keys": [dated_key(NEXT, NOW + MONTH)]}))
    with pytest.raises(ConfigurationError, match="no key is active yet"):
        keys.active(NOW)


@pytest.mark.parametrize("text", ["", "AAAA", "%", NEXT.key])
def test_what_is_no_certificate_is_refused(text: str) -> None:
    for read in (Certificate.from_base64, Certificate.from_pem):
        with pytest.raises(InvalidMessage, match="not a certificate"):
            read(text)
