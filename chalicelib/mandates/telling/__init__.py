"""What is due to be told by letter is told: the register and the mandates are asked now, and the letter written down.

Whose change it was has long had their answer. It decides nothing, and nobody but the receiver of a letter hears of it.
"""
