"""People: their citizen number (BSN), their record in the population register (BRP), and how both stay secret."""
