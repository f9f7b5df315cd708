"""What operators run from their own computer. Never shipped."""
