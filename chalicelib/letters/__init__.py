"""Letters: written as data, kept in an outbox with the change that asks for them, and sent to the print vendor.

None is lost, none doubled; what is in one is never kept longer than until it left.
"""
