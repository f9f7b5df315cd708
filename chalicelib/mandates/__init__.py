"""Mandates, in rooms: the model, the rules, the register, the letters, each way to a mandate, and its life.

A *request* asks for a mandate; its *code* goes by letter to the *represented* person. The *representative*
activates it with the code, and then holds a *mandate* for one *service* during one *period*. Neither pages nor SAML are
known here.
"""
