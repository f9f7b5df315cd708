"""DynamoDB: its tables, and how a record lies in one as an item. Each kind of item is declared beside its store.

It knows no kind of item, and nothing of what is kept.
"""
