"""What a partner's metadata says of its role, and that metadata through time: registered, fetched anew, restored.

It sends no message, and takes no certificate that metadata does not hold.
"""
