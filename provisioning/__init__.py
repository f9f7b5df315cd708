"""What the application is provided with on a laptop and in an account: resources, keys, secrets, catalogue, pages.

`local/` and `operate/` stand on it and know nothing of each other. It knows neither of them, and is never shipped.
"""
