"""The audit trail: what happened in a case, written with the change itself, and what a mandate was used for.

Nothing in it is ever changed or taken away.
"""
