"""`make deploy-check`: the real package on an emulator that enforces IAM, deployed by the real command, in order."""
