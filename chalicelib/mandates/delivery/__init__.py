"""What becomes of letters, as their print vendors tell, and what that makes of the requests that wait for them.

It moves letters and ends requests; it never makes a mandate, and sends nothing.
"""
