"""What every place where the application runs is provided with, laptop or account: keys, secrets, catalogue, pages.

`local/` and `operate/` stand on it and know nothing of each other. It knows neither of them, and is never shipped.
"""
