"""Every message and document that we send or read, built and read with pysaml2's classes, and their rules.

It stores nothing, and believes only what the gate handed on.
"""
