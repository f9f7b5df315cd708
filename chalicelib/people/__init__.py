"""People: their citizen number (BSN), their record in the population register (BRP), and how both stay secret.

It never writes a number or a name where it could be read, and knows nothing of mandates.
"""
