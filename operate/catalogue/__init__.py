"""The catalogue as a file that is reviewed, and its way into the table."""
