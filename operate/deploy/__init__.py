"""Deploying: from this folder to running functions, and back."""
