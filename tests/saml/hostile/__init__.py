"""Hostile messages: generators of the attack families of security.md section 1, from the public standards and
advisories, for every message that we take in. The tests run them against the gate, against the application, and
against a verifier that is careless on purpose, which shows that they would do harm.

    samples.py       what a sender really sends, per role, and what an attacker wants it to say
    forging.py       signatures in every form, the forbidden ones too
    wrapping.py  texts.py  signatures.py  documents.py  bounds.py  queries.py  meanings.py     the families
    variants.py      all of them together
    careless.py      the verifier that falls for them
"""
