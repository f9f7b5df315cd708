"""What happens when AWS stumbles: every call of every flow fails in every way, and people go on as people do.

The flows run over HTTP on the application's real adapters; faults strike where a request reaches AWS, below the SDK,
so that its repeats are its own. What must hold afterwards is in `judging.py`; `make faults` runs all of it.
"""
