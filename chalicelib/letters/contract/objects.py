"""Where a printed letter lies in our bucket: its PDF, and a slip that tells where it goes.

Once it is with the post both are empty: nothing of a name or a code is kept, and that it was printed is still known
(operate/restore.py), so that no restored table has it printed again.
"""

TYPES = {"pdf": "application/pdf", "json": "application/json"}


def object_key(letter_id: str, kind: str = "pdf") -> str:
    """Return where a letter lies: its `pdf`, or its slip, `json`."""
    return f"letters/{letter_id}.{kind}"
