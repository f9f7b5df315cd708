"""The citizen's pages: each reads what came, asks one use case, and shapes what is shown.

They decide nothing themselves, and know neither DynamoDB nor SAML.
"""
