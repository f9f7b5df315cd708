"""Our role towards DigiD, one adapter of the port that identifies somebody: how it is asked, and what is believed.

It never sees a mandate.
"""
