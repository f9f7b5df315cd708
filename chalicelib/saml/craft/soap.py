"""SOAP envelopes around one message: 1.1 as SAML has it (bindings 3.2), and 1.2 from clients that send it."""

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.parsing import parse
from chalicelib.saml.craft.uris import DECLARATION, SOAP, SOAP_12, tag


def enveloped(message: bytes) -> bytes:
    """Put a message of our own, as it was signed, in an envelope."""
    envelope = etree.Element(tag("soap:Envelope"), nsmap={"soap": SOAP})
    etree.SubElement(envelope, tag("soap:Body")).append(etree.fromstring(message))
    return DECLARATION + etree.tostring(envelope, encoding="utf-8", xml_declaration=False)


def message_in(body: bytes) -> etree._Element:
    """Return the one message in an envelope, of SOAP 1.1 or 1.2. Raises `InvalidMessage`."""
    envelope = parse(body)
    version = next((uri for uri in (SOAP, SOAP_12) if envelope.tag == f"{{{uri}}}Envelope"), None)
    bodies = envelope.findall(f"{{{version}}}Body")
    if version is None or len(bodies) != 1 or len(bodies[0]) != 1:
        found = [etree.QName(element).text for element in (envelope, *envelope)]
        raise InvalidMessage("SOAP", received=found, expected="one message in the Body of one Envelope, 1.1 or 1.2")
    (message,) = bodies[0]
    if beside := f"{bodies[0].text or ''}{message.tail or ''}".strip():
        received = f"{len(beside)} characters"
        raise InvalidMessage("text beside the message", received=received, expected="the message alone in the Body")
    return message
