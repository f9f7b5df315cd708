"""What counts of a partner's metadata for its role, and that metadata through time: registered, fetched anew, restored.

It sends no message, and takes no certificate that metadata does not hold.
"""
