"""Secrets of a stage: made when they are missing, rotated without a deploy, never shown."""
