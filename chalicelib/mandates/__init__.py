"""Mandates, in rooms: the model, the rules, the register, the letters, each way to a mandate, and its life.

A *request* asks for a *mandate*, by which the *representative* may use one *service* for the *represented* during one
*period*. The represented consents with a *code* that they hand over, by approving, or without a request where they know
the other. Neither pages nor SAML are known here. What each room is for: docs/architecture.md.
"""
