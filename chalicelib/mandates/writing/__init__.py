"""What letters about mandates say. How long they live and how they leave is not known here (`letters/`)."""
