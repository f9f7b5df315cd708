"""The citizen's pages: each reads what came, asks one use case, and shapes what is shown.

They decide nothing themselves, write no item, and know no SAML.
"""
