"""What is kept: the ports, their adapters for DynamoDB, and the limits that are counted with what is written.

It decides nothing but what a transaction holds to. A change that somebody else was quicker than is made anew by
`retried`.
"""
