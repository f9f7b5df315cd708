"""The endpoints that take XML, as an attacker sees them: what is let in there, and what a message goes through."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

from chalice.app import Request
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.decoding import deflate
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.shapes import AUTHN_REQUEST, LOGOUT_REQUEST, RESPONSE, Shape
from chalicelib.web.visit import read_visit
from tests.http.client import DIGID_KEYS
from tests.saml.hostile import samples
from tests.saml.hostile.gates import accept
from tests.saml.hostile.growing import Family, forms, messages
from tests.saml.hostile.queries import signed
from tests.saml.hostile.samples import Sample
from tests.saml.provider import KEYS, RSA_SHA256

_PROVIDER, _DIGID = [Certificate.from_pem(KEYS.certificate)], [Certificate.from_pem(DIGID_KEYS.certificate)]
_POSTED = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where XML comes in: as it is, or in the `field` of a form, or of a query with the signature beside it."""

    name: str
    sample: Callable[[], Sample]
    field: str = ""
    query: bool = False
    rubbish: bool = False
    """Whether what an attacker sends is the whole form, and not a message in it."""

    def families(self) -> Iterator[Family]:
        return forms(self.field) if self.rubbish else messages(signed_inside=not self.query)

    def genuine(self) -> Callable[[], object]:
        """Return what takes a genuine message in."""
        sample = self.sample()
        if self.query:
            return self._from_query(sample, signed(self._parts(etree.tostring(sample.fresh()))))
        message = etree.tostring(sample.signed())
        return self._from_form(sample, self._posted(message)) if self.field else lambda: accept(sample, message)

    def refused(self, made: bytes) -> Callable[[], object]:
        """Return what refuses what a family made. What its sender does is done before, and not timed."""
        sample = self.sample()
        if self.query:
            worthless = ("Signature", base64.b64encode(b"\x01" * 256).decode())
            return self._from_query(sample, urlencode([*self._parts(made), worthless]))
        if self.field:
            return self._from_form(sample, made if self.rubbish else self._posted(made))
        return lambda: accept(sample, made)

    def _from_form(self, sample: Sample, body: bytes) -> Callable[[], object]:
        request, now = _request(body), datetime.now(UTC)

        def take() -> object:
            visit = read_visit(request, now, "")
            if visit.unread is not None:
                raise InvalidMessage(visit.unread, received=f"{len(body)} bytes", expected="a form")
            if self.field == "SAMLResponse":
                return gate.response_from_post(visit.form, RESPONSE).accept(_DIGID)
            return gate.from_post(visit.form, self.field, _shape(sample)).accept(_PROVIDER)

        return take

    def _from_query(self, sample: Sample, query: str) -> Callable[[], object]:
        parameters = parse_qs(query)
        return lambda: gate.from_query(parameters, self.field, _shape(sample)).accept(_PROVIDER)

    def _posted(self, message: bytes) -> bytes:
        return urlencode({self.field: base64.b64encode(message).decode()}).encode()

    def _parts(self, message: bytes) -> list[tuple[str, str]]:
        return [(self.field, base64.b64encode(deflate(message)).decode()), ("SigAlg", RSA_SHA256)]


def _shape(sample: Sample) -> Shape:
    return LOGOUT_REQUEST if sample.role == "logout" else AUTHN_REQUEST


def _request(body: bytes) -> Request:
    """Return a request as API Gateway hands it on, its body still a form."""
    return Request(
        {
            "multiValueQueryStringParameters": None,
            "headers": {"content-type": _POSTED},
            "pathParameters": None,
            "requestContext": {"httpMethod": "POST", "resourcePath": "/", "identity": {}},
            "stageVariables": None,
            "body": body.decode(),
        }
    )


ENTRANCES = [
    Entrance("/saml/sso by POST", samples.authn_request, "SAMLRequest"),
    Entrance("/saml/sso by Redirect", samples.authn_request, "SAMLRequest", query=True),
    Entrance("/saml/artifact", samples.artifact_resolution),
    Entrance("/saml/slo by POST", samples.logout, "SAMLRequest"),
    Entrance("/saml/slo by Redirect", samples.logout, "SAMLRequest", query=True),
    Entrance("/saml/digid/acs by POST", samples.response, "SAMLResponse"),
    Entrance("/saml/digid/acs by Artifact", samples.artifact_response),
    Entrance("metadata", samples.metadata),
    Entrance("a form of rubbish", samples.authn_request, "SAMLRequest", rubbish=True),
]
