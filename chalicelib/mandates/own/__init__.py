"""The represented asks for themselves, and whoever has the code activates it. Nothing is asked for another here."""
