"""`make deploy-check`: the real package on an emulator that enforces IAM, and the whole journey over it."""
