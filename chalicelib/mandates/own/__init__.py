"""The represented asks for themselves, signed in or by telephone, and whoever has a code activates what it is for, also
that of a letter about what they asked for another. Nothing is asked for another here.
"""
