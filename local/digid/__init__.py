"""A stand-in for DigiD: an identity provider of its own, with the interface of DigiD SAML 3.x.

Written on lxml and xmlsec directly, so that no mistake of the application's SAML code is repeated here.
"""
