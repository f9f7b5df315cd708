"""Health: what answers, how long certificates last, and a watch over both from outside.

It changes nothing, and no answer of it is about a person.
"""
