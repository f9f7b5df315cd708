"""SOAP 1.1 envelopes around one message (SAML bindings 3.2)."""

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.names import SOAP, tag
from chalicelib.saml.parsing import only, parse


def enveloped(message: etree._Element) -> bytes:
    envelope = etree.Element(tag("soap:Envelope"), nsmap={"soap": SOAP})
    etree.SubElement(envelope, tag("soap:Body")).append(message)
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=True)


def message_in(body: bytes) -> etree._Element:
    """Return the one message in an envelope. Raises `InvalidMessage`."""
    envelope = parse(body)
    if envelope.tag != tag("soap:Envelope") or len(soap_body := only(envelope, "soap:Body")) != 1:
        raise InvalidMessage("not one message in a SOAP envelope")
    message = soap_body[0]
    if (soap_body.text or "").strip() or (message.tail or "").strip():
        raise InvalidMessage("text beside the message")
    return message
