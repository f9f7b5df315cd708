"""Which addresses count as one network."""

import pytest

from chalicelib.mandates.rules.networks import network_of


def test_an_ipv4_address_is_a_network_by_itself() -> None:
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("192.0.2.2") != network_of("192.0.2.1")


@pytest.mark.parametrize(
    "address", ["2001:db8:1:2::", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:0DB8:0001:0002:0000:0000:0000:0001"]
)
def test_the_ipv6_addresses_of_one_subnet_are_one_network(address: str) -> None:
    assert network_of(address) == "2001:db8:1:2::/64"


def test_another_subnet_is_another_network() -> None:
    assert network_of("2001:db8:1:3::1") == "2001:db8:1:3::/64"


@pytest.mark.parametrize("address", ["::ffff:192.0.2.1", "::ffff:c000:201", "0:0:0:0:0:FFFF:192.0.2.1"])
def test_an_ipv4_address_written_as_ipv6_is_that_ipv4_address(address: str) -> None:
    assert network_of(address) == "192.0.2.1"


def test_who_has_a_zone_behind_the_address_gets_no_network_by_it() -> None:
    assert network_of("fe80::1%eth0") == network_of("fe80::2%eth1") == "fe80::/64"


@pytest.mark.parametrize("address", ["", " ", "x", "192.0.2.256", "192.0.2.1, 192.0.2.2", "1" * 5000, "2001:db8::/64"])
def test_whatever_is_no_address_counts_together(address: str) -> None:
    assert network_of(address) == "unknown"
