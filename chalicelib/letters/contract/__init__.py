"""What we and the print vendor share, and nothing more: a letter, messages about it, and how its row tells where it is.

Importing it loads nothing else of ours, and nothing of others.
"""
