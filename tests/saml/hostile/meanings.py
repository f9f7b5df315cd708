"""Messages that their sender signed as it should, but that say something that must not be acted upon."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lxml import etree

from provisioning.keys import new_key_pair
from tests.saml.hostile.samples import Sample
from tests.saml.provider import NAMES, found, written

Element = etree._Element
Edit = Callable[[Element], None]

_SAML = NAMES["p"].removesuffix(":protocol")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Meaning:
    """`edit` changes a message before its sender signs it."""

    name: str
    edit: Edit = field(repr=False)

    def make(self, sample: Sample) -> bytes:
        root = sample.fresh()
        self.edit(root)
        return etree.tostring(sample.seal(root))


Value = str | timedelta
"""A text, or a moment as far from now; now is when the message is made."""


def _set(path: str, name: str, value: Value) -> Edit:
    def edit(root: Element) -> None:
        element = root if path == "." else found(root, path)
        if isinstance(value, timedelta):
            element.set(name, written(datetime.now(UTC) + value))
        elif value:
            element.set(name, value)
        else:
            del element.attrib[name]

    return edit


def _text(path: str, text: str) -> Edit:
    def edit(root: Element) -> None:
        found(root, path).text = text

    return edit


def _attributes(path: str, table: Mapping[str, Mapping[str, Value]]) -> list[Meaning]:
    return [
        Meaning(f"{name} {what}", _set(path, name, value))
        for name, values in table.items()
        for what, value in values.items()
    ]


def _another_audience(root: Element) -> None:
    restriction = etree.SubElement(found(root, ".//a:Conditions"), f"{{{NAMES['a']}}}AudienceRestriction")
    etree.SubElement(restriction, f"{{{NAMES['a']}}}Audience").text = "https://other.example"


def _failed(root: Element) -> None:
    found(root, ".//p:StatusCode").set("Value", f"{_SAML}:status:Responder")


def _empty_status(root: Element) -> None:
    del found(root, ".//p:StatusCode").attrib["Value"]


def _extended(xml: str) -> Edit:
    def edit(root: Element) -> None:
        extensions = etree.fromstring(
            f'<p:Extensions xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}">{xml}</p:Extensions>'
        )
        root.insert(1, extensions)

    return edit


def _second_requester(root: Element) -> None:
    etree.SubElement(found(root, "p:Scoping"), f"{{{NAMES['p']}}}RequesterID").text = "urn:another"


def _no_address(root: Element) -> None:
    for endpoint in root.findall(".//{*}AssertionConsumerService"):
        parent = endpoint.getparent()
        assert parent is not None
        parent.remove(endpoint)


def _addresses(address: str) -> Edit:
    def edit(root: Element) -> None:
        for endpoint in root.iterfind(".//{*}AssertionConsumerService"):
            endpoint.set("Location", address)

    return edit


_SMALL = new_key_pair("small", bits=1024)
_WRONG_MOMENTS = {"absent": "", "no instant": "soon", "without a zone": "2031-01-01T00:00:00", "empty of sense": "0"}
_MESSAGE: dict[str, Mapping[str, Value]] = {
    "Version": {"of SAML 1.1": "1.1", "absent": ""},
    "IssueInstant": {**_WRONG_MOMENTS, "too old": -7 * _MINUTE, "in the future": 2 * _MINUTE},
    "ID": {"absent": ""},
}
_HOSTS = {
    "of another": "https://machtigen.example.evil/saml/sso",
    "with userinfo": "https://machtigen.example@evil.example/saml/sso",
    "in capitals": "HTTPS://MACHTIGEN.EXAMPLE/saml/sso",
    "with a look-alike": "https://m\u0430chtigen.example/saml/sso",
    "without host": "/saml/sso",
}
_ACS = {
    "with more behind": "https://ominous.example/acs/more",
    "with a slash": "https://ominous.example/acs/",
    "cut off": "https://ominous.example/ac",
    "with a query": "https://ominous.example/acs?x",
    "with a fragment": "https://ominous.example/acs#x",
    "with userinfo": "https://ominous.example@evil.example/acs",
    "with a port": "https://ominous.example:444/acs",
    "in capitals": "https://ominous.example/ACS",
    "with a look-alike": "https://\u043eminous.example/acs",
    "with a dot": "https://ominous.example./acs",
    "of another scheme": "http://ominous.example/acs",
    "as script": "javascript:alert(1)",
    "with spaces": " https://ominous.example/acs ",
}

AUTHN_REQUEST = [
    *_attributes(".", {**_MESSAGE, "Destination": {"absent": "", **_HOSTS}, "AssertionConsumerServiceURL": _ACS}),
    *_attributes(
        ".",
        {
            "AssertionConsumerServiceIndex": {"not registered": "7", "no number": "\u0660", "negative": "-1"},
            "ProtocolBinding": {"unknown": "urn:x", "PAOS": f"{_SAML}:bindings:PAOS"},
        },
    ),
    Meaning("AttributeConsumingServiceIndex no number", _set(".", "AttributeConsumingServiceIndex", "x")),
    Meaning("Extensions empty", _extended("")),
    Meaning("Extensions without a value", _extended('<a:Attribute Name="urn:nl-eid-gdi:1.0:ServiceUUID"/>')),
    Meaning(
        "Extensions without a name", _extended("<a:Attribute><a:AttributeValue>x</a:AttributeValue></a:Attribute>")
    ),
    Meaning("two RequesterIDs", _second_requester),
]
ARTIFACT_RESOLUTION = [
    *_attributes(".", {**_MESSAGE, "Destination": {"of another": "https://machtigen.example.evil/saml/artifact"}}),
]
LOGOUT = [
    *_attributes(".", {**_MESSAGE, "Destination": {"absent from it": "https://other.example", **_HOSTS}}),
]
_CONFIRMATION, _CONDITIONS, _STATEMENT = ".//a:SubjectConfirmationData", ".//a:Conditions", ".//a:AuthnStatement"
ASSERTION = [
    *_attributes(
        _CONFIRMATION,
        {
            "Recipient": {"absent": "", "another": "https://machtigen.example/saml/sso", **_HOSTS},
            "InResponseTo": {"absent": "", "another": "_another"},
            "NotOnOrAfter": {**_WRONG_MOMENTS, "over": -2 * _MINUTE},
            "NotBefore": {"there at all": -_MINUTE},
        },
    ),
    *_attributes(
        _CONDITIONS,
        {
            "NotBefore": {"to come": 3 * _MINUTE, "no instant": "soon"},
            "NotOnOrAfter": {"over": -2 * _MINUTE, "no instant": "soon"},
        },
    ),
    *_attributes(
        ".//a:SubjectConfirmation",
        {"Method": {name: f"{_SAML}:cm:{name}" for name in ("holder-of-key", "sender-vouches")} | {"absent": ""}},
    ),
    *_attributes(
        _STATEMENT, {"AuthnInstant": {**_WRONG_MOMENTS, "too old": -20 * _MINUTE, "in the future": 3 * _MINUTE}}
    ),
    *_attributes(
        "a:Assertion",
        {
            "Version": {"of SAML 1.1": "1.1", "absent": ""},
            "ID": {"empty": " "},
            "IssueInstant": _MESSAGE["IssueInstant"],
        },
    ),
    *_attributes(_STATEMENT, {"SessionNotOnOrAfter": {"no instant": "soon", "over": -2 * _MINUTE}}),
    Meaning("Issuer another", _text("a:Assertion/a:Issuer", "https://ominous.example/metadata")),
    Meaning("Issuer empty", _text("a:Assertion/a:Issuer", " ")),
    Meaning("Audience another", _text(".//a:Audience", "https://ominous.example/metadata")),
    Meaning("Audience with more behind", _text(".//a:Audience", "https://machtigen.example/saml/digid/metadata/x")),
    Meaning("Audience cut off", _text(".//a:Audience", "https://machtigen.example/saml/digid")),
    Meaning("Audience empty", _text(".//a:Audience", "")),
    Meaning("a second audience that is another's", _another_audience),
    Meaning("level unknown", _text(".//a:AuthnContextClassRef", f"{_SAML}:ac:classes:Telephony")),
    Meaning("level empty", _text(".//a:AuthnContextClassRef", "")),
    *(
        Meaning(f"NameID {what}", _text(".//a:NameID", text))
        for what, text in {
            "of ten digits": "s00000000:9001000840",
            "that fails the 11-test": "s00000000:900100085",
            "of zeros": "s00000000:000000000",
            "in other digits": "s00000000:\u0669\u0660\u0660\u0661\u0660\u0660\u0660\u0668\u0664",
            "with a space": "s00000000:900100 084",
            "of two": "s00000000:900100084 900100758",
            "empty": "",
            "with a new line": "s00000000:900100084\ns00000000:900100758",
        }.items()
    ),
]
RESPONSE = [
    *_attributes(
        ".",
        {
            "Version": {"of SAML 1.1": "1.1", "absent": ""},
            "Destination": {"absent": "", "another": "https://machtigen.example/saml/sso", **_HOSTS},
            "InResponseTo": {"absent": "", "another": "_another"},
            "IssueInstant": _MESSAGE["IssueInstant"],
        },
    ),
    Meaning("Issuer another", _text("a:Issuer", "https://ominous.example/metadata")),
    Meaning("status failure with an assertion", _failed),
    Meaning("status without a value", _empty_status),
]

METADATA = [
    Meaning("validUntil over", _set(".", "validUntil", -_MINUTE)),
    Meaning("validUntil no instant", _set(".", "validUntil", "soon")),
    Meaning("entityID absent", _set(".", "entityID", "")),
    Meaning("a certificate that is none", _text(".//d:X509Certificate", "AAAA")),
    Meaning("a certificate with a small key", _text(".//d:X509Certificate", _SMALL.certificate_body)),
    Meaning("keys only to encrypt", _set(".//{*}KeyDescriptor", "use", "encryption")),
    Meaning("keys only to sign", _set(".//{*}KeyDescriptor", "use", "signing")),
    Meaning("no address", _no_address),
    *(
        Meaning(f"an address {what}", _addresses(address))
        for what, address in {
            "without TLS": "http://ominous.example/acs",
            "that is a script": "javascript:alert(1)",
            "with userinfo": "https://a@ominous.example/acs",
            "with a line end": "https://ominous.example/\nacs",
            "of other letters": "https://\u043eminous.example/acs",
        }.items()
    ),
    Meaning("an index that is none", _set(".//{*}AssertionConsumerService", "index", "-1")),
]

ARTIFACT_RESPONSE = [
    *_attributes(
        ".",
        {
            "Version": {"of SAML 1.1": "1.1", "absent": ""},
            "InResponseTo": {"absent": "", "another": "_another"},
            "IssueInstant": _MESSAGE["IssueInstant"],
        },
    ),
    *_attributes("p:Response", {"IssueInstant": _MESSAGE["IssueInstant"], "Version": {"of SAML 1.1": "1.1"}}),
    *_attributes(".//a:Assertion", {"IssueInstant": _MESSAGE["IssueInstant"]}),
    Meaning("Issuer another", _text("a:Issuer", "https://ominous.example/metadata")),
    Meaning("Response for another request", _set("p:Response", "InResponseTo", "_another")),
    Meaning("Response for another address", _set("p:Response", "Destination", "https://machtigen.example/saml/sso")),
    Meaning("assertion for another audience", _text(".//a:Audience", "https://ominous.example/metadata")),
    Meaning("assertion for another request", _set(".//a:SubjectConfirmationData", "InResponseTo", "_another")),
]
MEANINGS: dict[str, list[Meaning]] = {
    "sign-on": AUTHN_REQUEST,
    "artifact resolution": ARTIFACT_RESOLUTION,
    "logout": LOGOUT,
    "metadata import": METADATA,
    "DigiD, Response": [*RESPONSE, *ASSERTION],
    "DigiD, assertion": ASSERTION,
    "DigiD, ArtifactResponse": ARTIFACT_RESPONSE,
}
