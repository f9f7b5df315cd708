"""What either side may see of requests and mandates, and what happened to them. Nothing is changed here."""
