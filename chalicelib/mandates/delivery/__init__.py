"""What becomes of letters, as their print vendors tell or the population register does, and of what waits for them.

It moves letters and ends requests; it never makes a mandate or a letter, and sends only what was written before.
"""
