"""Texts in code, as message ids of the translations."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a text for the translators; it is translated where it is shown."""
    return text
