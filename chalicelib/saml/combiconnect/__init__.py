"""Our role towards service providers: artifacts, what they stand for, and logout (combiconnect.md sections 3 and 5).

It decides nothing about who may act for whom.
"""
