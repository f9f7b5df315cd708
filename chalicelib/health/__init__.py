"""Health: what answers, how long certificates last, and a watch over both from outside."""
