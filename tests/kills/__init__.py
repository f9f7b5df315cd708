"""Everybody on the way of a letter is killed at random moments and starts again, while the post does its worst.

`make kills` runs it with 2,000 letters and writes docs/reliability.md; `test_letters.py` is a small run of the same.
"""
