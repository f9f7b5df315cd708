"""The laptop stack: everything around the application, as real processes on loopback. Never shipped."""
