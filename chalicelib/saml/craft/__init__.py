"""XML in, verified octets out: decoding, parsing, shapes, signatures, encryption, and the gate that puts them in order.

It knows no role, table or page, and no element leaves it. Every inbound message passes the gate; what is read is what
was signed (invariant 9).
"""
