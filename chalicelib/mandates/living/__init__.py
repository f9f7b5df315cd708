"""What becomes of a mandate that is: used, raised in level, restricted, suspended, ended; never more of it."""
