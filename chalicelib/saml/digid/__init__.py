"""Our role towards DigiD: how it is asked behind the browser's back.

It never sees a mandate.
"""
