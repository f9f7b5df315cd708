"""What cases, requests, mandates, codes and periods are: frozen facts and pure rules, with no store and no clock."""
