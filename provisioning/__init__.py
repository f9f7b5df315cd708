"""What the application is provided with wherever it runs, laptop or account: resources, keys, secrets, catalogue, pages.

`local/` and `operate/` stand on it and know nothing of each other. It knows neither of them, and is never shipped.
"""
