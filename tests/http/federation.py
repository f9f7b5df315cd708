"""Two providers of one domain: what they ask, what they are told, and how each logs out."""

import base64
import secrets
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from chalicelib.saml.craft.decoding import inflate
from provisioning.keys import new_key_pair
from tests.fakes import Clock
from tests.http.client import Answer, Person
from tests.saml.provider import NAMES, FakeProvider, certificate_in, found, written

ONE, TWO = (FakeProvider(new_key_pair(name), f"https://{name}.example/metadata") for name in ("taxes", "parking"))
SERVICES = {
    provider.entity_id: f"7{place}111111-1111-4111-8111-111111111111" for place, provider in ((1, ONE), (2, TWO))
}
OIN = "00000009999999990001"


def asked_of(provider: FakeProvider, clock: Clock, *, scoping: str = "", **changes: str) -> etree._Element:
    return provider.request(
        IssueInstant=written(clock()),
        scoping=scoping,
        **changes,
    )


def begin_at(person: Person, provider: FakeProvider, clock: Clock, **changes: str) -> Answer:
    return person.post("/saml/sso", provider.post_form(asked_of(provider, clock, **changes)))


def told_to(answer: Answer, provider: FakeProvider, person: Person) -> tuple[str, str]:
    """Return who a provider is told, and under which name of the session."""
    root = etree.fromstring(base64.b64decode(answer.hidden["SAMLResponse"]))
    ours = certificate_in(person.client.http.get("/saml/metadata").body)
    attributes = provider.read(root, ours).attributes
    assertion = provider._decrypted(found(root, "a:EncryptedAssertion"))
    return attributes["ActingSubjectID"], assertion.findtext(".//a:NameID", "", NAMES)


def goes_to_digid(answer: Answer) -> bool:
    return answer.status == 200 and 'action="https://digid.example/sso"' in answer.body


def logout_by(provider: FakeProvider, inside: str, clock: Clock, **changes: str) -> etree._Element:
    facts = {
        "ID": f"_{secrets.token_hex(16)}",
        "Version": "2.0",
        "IssueInstant": written(clock()),
        "Destination": "https://machtigen.example/saml/slo",
        **changes,
    }
    attributes = " ".join(f'{name}="{value}"' for name, value in facts.items() if value)
    return etree.fromstring(
        f'<p:LogoutRequest xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" {attributes}>'
        f"<a:Issuer>{provider.entity_id}</a:Issuer>{inside}</p:LogoutRequest>"
    )


def naming(name_id: str) -> str:
    return f"<a:NameID>{name_id}</a:NameID>"


def logout_response(answer: Answer) -> etree._Element:
    """Return the LogoutResponse in a form or in a query string."""
    if answer.status == 200:
        return etree.fromstring(base64.b64decode(answer.hidden["SAMLResponse"]))
    query = parse_qs(urlsplit(answer.location).query)
    return etree.fromstring(inflate(base64.b64decode(query["SAMLResponse"][0])))


def statuses(root: etree._Element) -> list[str]:
    return [code.get("Value", "").rpartition(":")[2] for code in root.iterfind(".//p:StatusCode", NAMES)]
