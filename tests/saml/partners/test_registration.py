"""What is told to whoever registers a partner."""

from chalicelib.saml.partners.registration import import_metadata, warnings
from tests.saml.partners.described import NOW, certificate, described, x509_data


def test_registration_warns_of_what_ends_soon_and_of_what_has_ended() -> None:
    document = described(
        x509_data(certificate("leaf")),
        x509_data(certificate("old", days=-1)),
        entity='validUntil="2031-01-03T00:00:00Z"',
    )
    told = warnings(import_metadata(document, NOW), NOW)
    assert "the metadata (validUntil) ends on 2031-01-03" in told
    assert "a certificate for signing ended on 2030-12-31" in told
    assert not [one for one in told if "2033" in one]
