"""A stand-in for the population register: "BRP Personen bevragen" version 2 of Haal Centraal."""
