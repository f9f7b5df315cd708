"""The stand-in's answer is DigiD's, element by element as it is written (combiconnect.md 3.9).

Prefixes, what is declared where, order and attributes are compared in the octets themselves: a parser would not tell
whether a prefix is declared once outside or again inside, and a digest in its place depends on that.
"""

from datetime import UTC, datetime
from io import BytesIO
from xml.parsers import expat

import pytest

from local.digid.answers import Issuer, Outcome, artifact_response, cancelled, signed_in
from local.digid.forms import FORMS
from local.digid.names import PREFIX_LIST
from local.digid.requests import Asked
from provisioning.keys import new_key_pair

ASKED = Asked("_q", "urn:us", "https://us.example/acs", "", "20")
KEYS = new_key_pair("digid")

SIGNATURE = """
 ds:Signature
  ds:SignedInfo
   ds:CanonicalizationMethod Algorithm
   ds:SignatureMethod Algorithm
   ds:Reference URI
    ds:Transforms
     ds:Transform Algorithm
     ds:Transform Algorithm
      ec:InclusiveNamespaces PrefixList
    ds:DigestMethod Algorithm
    ds:DigestValue
  ds:SignatureValue
  ds:KeyInfo
   ds:KeyName
"""
SHOWN = """
   ds:X509Data
    ds:X509Certificate
"""
ENVELOPE = """
soapenv:Envelope xmlns:soapenv
 soapenv:Body
  samlp:ArtifactResponse xmlns:samlp xmlns:saml xmlns:ds xmlns:ec ID Version IssueInstant InResponseTo
   saml:Issuer
"""
SUCCESS = """
   samlp:Status
    samlp:StatusCode Value
   samlp:Response ID Version IssueInstant InResponseTo
    saml:Issuer
    samlp:Status
     samlp:StatusCode Value
"""
SUBJECT = """
     saml:Subject
      saml:NameID
      saml:SubjectConfirmation Method
       saml:SubjectConfirmationData NotOnOrAfter Recipient InResponseTo
"""


def _assertion(signature: str, conditions: str, statement: str) -> str:
    return f"""
    saml:Assertion ID Version IssueInstant
     saml:Issuer
{_deeper(signature, 4)}{SUBJECT}
     saml:Conditions {conditions}
      saml:AudienceRestriction
       saml:Audience
     saml:AuthnStatement AuthnInstant {statement}
      saml:AuthnContext
       saml:AuthnContextClassRef
"""


def _deeper(outline: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in outline.splitlines() if line)


OUTLINES = {
    "DigiD": f"{ENVELOPE}{_deeper(SIGNATURE + SHOWN, 2)}{SUCCESS}"
    + _assertion(SIGNATURE + SHOWN, "NotBefore NotOnOrAfter", "SessionIndex\n      saml:SubjectLocality Address"),
    "DigiD, no more than it must say": f"{ENVELOPE}{_deeper(SIGNATURE, 2)}{SUCCESS}{_assertion(SIGNATURE, '', '')}",
}
CANCELLED = f"{ENVELOPE}{_deeper(SIGNATURE + SHOWN, 2)}{SUCCESS}      samlp:StatusCode Value\n"


def _answer(outcome: Outcome, form: str = "DigiD") -> bytes:
    return artifact_response(outcome, "_r", Issuer("urn:idp", KEYS, FORMS[form]), datetime.now(UTC))


def _lines(outline: str) -> list[str]:
    return [line.rstrip() for line in outline.splitlines() if line.strip()]


def _written(document: bytes) -> list[str]:
    """Return a line for each element, as deep as it stands: its name with its prefix, and its attributes in order."""
    lines: list[str] = []
    inside: list[str] = []

    def begin(name: str, attributes: list[str]) -> None:
        lines.append(" ".join([f"{' ' * len(inside)}{name}", *attributes[::2]]))
        inside.append(name)

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler = begin, lambda _: inside.pop()
    parser.ParseFile(BytesIO(document))
    return lines


@pytest.mark.parametrize("form", OUTLINES)
def test_an_answer_by_artifact_is_written_as_digid_writes_it(form: str) -> None:
    answer = _answer(signed_in(ASKED, "900100758", "20"), form)
    assert _written(answer) == _lines(OUTLINES[form])
    assert answer.count(f'<ec:InclusiveNamespaces PrefixList="{PREFIX_LIST}"/>'.encode()) == 2


def test_a_failure_has_the_same_frame_without_an_assertion() -> None:
    assert _written(_answer(cancelled(ASKED))) == _lines(CANCELLED)
