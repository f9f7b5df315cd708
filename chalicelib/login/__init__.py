"""One sign-in, from a provider's question to its answer: begun, identified, chosen, released.

It never builds or reads a message itself, and names nobody of whom it did not just read a mandate (invariant 1).
"""
