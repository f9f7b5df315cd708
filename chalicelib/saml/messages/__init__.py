"""Every message that we send or read, and all metadata, built and read with pysaml2's classes; the rules of messages.

It stores nothing, and believes only what the gate handed on.
"""
