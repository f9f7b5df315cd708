"""What is done for who calls. Nobody is shown a code or an address by it, and a mandate becomes less, never more."""
