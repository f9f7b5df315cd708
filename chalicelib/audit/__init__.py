"""The audit trail: what happened in a case, written with the change itself, and what a mandate was used for."""
