"""The print vendor: takes sealed letters from a queue and makes a PDF of each, once. A package and archive of its own.

Our functions are in function.py, the client of a vendor outside in __main__.py. Of `chalicelib` it knows the contract
and nothing else. It must never see a mandate or a citizen number.
"""
