"""The test kit for providers: runs their metadata through every kind of sign-in, and says what to mend."""
