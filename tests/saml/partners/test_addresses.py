"""Addresses in real partners' metadata: what can be used is, and what cannot is told with what is wrong."""

import pytest

from chalicelib.errors import InvalidMessage
from chalicelib.saml.partners.addresses import mistake_in
from chalicelib.saml.partners.roles import read_identity_provider
from tests.saml.partners.described import NOW, certificate, consumer, described, read, x509_data
from tests.saml.provider import SAML

DEFAULTS = [
    (['index="5"', 'index="2"'], 5),
    (['index="5" isDefault="false"', 'index="3"', 'index="2"'], 3),
    (['index="5"', 'index="3" isDefault="true"'], 3),
    (['index="5"', 'index="3" isDefault="1"'], 3),
    (['index="5" isDefault="0"', 'index="2" isDefault="false"'], 5),
]


@pytest.mark.parametrize(("marks", "index"), DEFAULTS)
def test_the_default_consumer_is_the_first_in_the_document_that_is_not_marked_false(
    marks: list[str], index: int
) -> None:
    provider = read(x509_data(certificate("leaf")), consumers="".join(map(consumer, marks)))
    assert provider.consumers[0].index == index


MISTAKES = {
    "": "no address",
    "https://a_b.example/acs": "an underscore in the host",
    "https://sp.example:99999/acs": "a port that is not from 1 to 65535",
    "https://sp.example:0/acs": "a port that is not from 1 to 65535",
    "http://sp.example/acs": "not an https address",
    "ftp://sp.example/": "not an https address of plain characters",
    "https://user@sp.example/": "not an https address of plain characters",
    "https://sp.example/a b": "not an https address of plain characters",
    "https://sp.example/é": "not an https address of plain characters",
    "https://sp.example\\@evil.example/": "not an https address of plain characters",
    f"https://sp.example/{'x' * 2000}": "an address of more than 2000 characters",
}


@pytest.mark.parametrize("location", MISTAKES)
def test_an_address_that_cannot_be_used_is_told_with_what_is_wrong(location: str) -> None:
    good = consumer('index="1"')
    provider = read(x509_data(certificate("leaf")), consumers=consumer('index="0"', location) + good)
    assert [one.index for one in provider.consumers] == [1]
    assert provider.passed_over == (f"AssertionConsumerService 1: {MISTAKES[location]}",)
    with pytest.raises(InvalidMessage, match=MISTAKES[location]):
        read(x509_data(certificate("leaf")), consumers=consumer('index="0"', location))


@pytest.mark.parametrize(
    "location", ["https://sp.example", "https://sp.example:8443/a?b=c#d", "http://localhost:8001/", "http://127.0.0.1"]
)
def test_an_address_that_can_be_used_has_no_mistake(location: str) -> None:
    assert mistake_in(location) == ""


def test_a_logout_address_that_cannot_be_used_is_passed_over_and_told() -> None:
    def slo(location: str, back: str = "") -> str:
        response = f' ResponseLocation="{back}"' if back else ""
        return f'<md:SingleLogoutService Binding="{SAML}:bindings:HTTP-POST" Location="{location}"{response}/>'

    good = "https://sp.example/slo"
    provider = read(
        x509_data(certificate("leaf")),
        more=slo("https://a_b.example/") + slo(good, "https://sp.example:99999/") + slo(good),
    )
    assert [one.location for one in provider.logout] == [good]
    assert provider.passed_over == (
        "SingleLogoutService 1: an underscore in the host",
        "SingleLogoutService 2: a port that is not from 1 to 65535",
    )


def test_an_identity_providers_addresses_are_looked_at_too() -> None:
    def idp(location: str) -> bytes:
        return (
            described(x509_data(certificate("leaf")))
            .replace(b"SPSSO", b"IDPSSO")
            .replace(
                consumer('index="0"').encode(),
                f'<md:SingleSignOnService Binding="{SAML}:bindings:HTTP-POST" Location="{location}"/>'.encode(),
            )
        )

    assert read_identity_provider(idp("https://idp.example/sso"), NOW).single_sign_on
    with pytest.raises(InvalidMessage, match="SingleSignOnService 1: a port"):
        read_identity_provider(idp("https://idp.example:99999/sso"), NOW)
