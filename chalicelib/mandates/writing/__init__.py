"""What letters about mandates say. Of their life and their queue nothing is known here (`letters/`)."""
