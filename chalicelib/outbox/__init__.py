"""Whatever leaves after a transaction: written down sealed with the change that asks for it, and sent afterwards.

None is lost; one that comes twice is known by its id. It knows no kind of parcel: each is declared by its own room.
"""
