"""The catalogue as people write it: rows of a file, and what metadata may not claim."""
