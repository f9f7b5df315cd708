"""Whose tries count together by where they come from. Pure."""

from ipaddress import IPv4Address, IPv6Network, ip_address

_SUBNET = 64
"""Bits of an IPv6 address that its holder does not choose: the others are the interface's (RFC 4291, 2.5.4)."""


def network_of(address: str) -> str:
    """Return the network of an address: an IPv4 address by itself, of IPv6 the subnet, in which anybody has 2^64.

    What is no address is one network with all others that are none: nobody gets tries by it.
    """
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(known, IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or IPv6Network((int(known), _SUBNET), strict=False))
