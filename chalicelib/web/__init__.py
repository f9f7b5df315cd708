"""The frame of every page: visit, form, session, headers, errors, templating.

It knows no use case: what is shown is for the rooms of pages to say.
"""
