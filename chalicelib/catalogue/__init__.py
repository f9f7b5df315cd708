"""The catalogue: which services can be mandated, and through which connection a provider asks for them.

It holds nothing about people.
"""
