"""Our role towards service providers: their questions, our answers, artifacts, and logout (combiconnect.md).

It decides nothing about who may act for whom.
"""
