"""Gemeente Voorbeeld: a service provider on python3-saml, as an engineer of a real one would write it."""
