"""A stand-in for the population register: "BRP Personen bevragen" version 2 of Haal Centraal, by its published rules.

It refuses and sends what the register refuses and sends (brp.md), and knows nothing of the client that asks it.
"""
