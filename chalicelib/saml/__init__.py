"""SAML, in rooms: the craft, the messages, what partners' metadata says, our role towards providers and towards DigiD.

Nobody outside loads it before the first message comes.
"""
