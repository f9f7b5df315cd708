"""A stand-in for DigiD: an identity provider of its own, that takes, refuses and answers as DigiD SAML 3.x does.

Written on lxml and xmlsec directly, so that no mistake of the application's SAML code is repeated here.

    known.py → requests.py     whom it knows, and what of theirs it takes
    forms.py → answers.py      what it says, and in which form
    engine.py                  one sign-in from question to answer; site.py and artifacts.py serve it
"""
