"""Letters: written as data, kept in an outbox with the change that asks for them, and sent to the print vendor."""
