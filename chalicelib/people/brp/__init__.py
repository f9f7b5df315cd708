"""The population register (BRP): what we may ask of it, and what follows from its answers for letters and mandates.

Never kept, never logged: what it says of a person lives as long as the page or letter that needs it.
"""
