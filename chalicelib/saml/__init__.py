"""SAML: identity provider towards service providers (CombiConnect), service provider towards DigiD.

Every inbound message passes the gate (`gate.py`); what is read is what was signed (invariant 9).
"""
