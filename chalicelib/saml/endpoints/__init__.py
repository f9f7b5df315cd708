"""The addresses of the SAML roles, and what happens there: a message in, one call, a reply out.

Nothing below imports it.
"""
