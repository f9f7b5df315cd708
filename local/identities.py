"""Our entityIDs where nobody chose others: under an OIN that nobody has. The template's defaults are the same."""

COMBICONNECT = "urn:nl-eid-gdi:1.0:TD:00000009999999990001:entities:9000"
"""The front door for providers."""

DIGID = "urn:nl-eid-gdi:1.0:AD:00000009999999990001:entities:9000"
MACHTIGEN = "urn:nl-eid-gdi:1.0:BVD:00000009999999990001:entities:9000"
"""As a provider names DigiD and DigiD Machtigen in Scoping, and as the makers of declarations."""
