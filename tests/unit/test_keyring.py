from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import Unavailable
from chalicelib.keyring import FRESH, STALE, Keyring
from tests.fakes import Clock


class Vault:
    """Secrets Manager with one secret, which may rotate or be down."""

    def __init__(self) -> None:
        self.text, self.down, self.asked = "first", False, 0

    def read(self, name: str) -> str:
        self.asked += 1
        if self.down:
            raise Unavailable("secrets")
        return f"{name}: {self.text}"


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2031, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def keyring(vault: Vault, clock: Clock) -> Keyring:
    return Keyring(vault.read, clock)


def test_a_secret_is_read_once_while_it_is_fresh(keyring: Keyring, vault: Vault, clock: Clock) -> None:
    assert keyring.get("key") == "key: first"
    clock.forward(seconds=FRESH.total_seconds() - 1)
    vault.text = "second"
    assert keyring.get("key") == "key: first"
    assert vault.asked == 1


def test_a_secret_that_rotates_is_noticed_without_a_restart(keyring: Keyring, vault: Vault, clock: Clock) -> None:
    keyring.get("key")
    vault.text = "second"
    clock.now += FRESH
    assert keyring.get("key") == "key: second"


def test_secrets_are_kept_apart(keyring: Keyring) -> None:
    assert [keyring.get("one"), keyring.get("other")] == ["one: first", "other: first"]


def test_the_last_known_value_serves_through_an_outage_for_an_hour(
    keyring: Keyring, vault: Vault, clock: Clock
) -> None:
    keyring.get("key")
    vault.down = True
    clock.now += STALE - timedelta(seconds=1)
    assert keyring.get("key") == "key: first"
    clock.now += timedelta(minutes=1)
    with pytest.raises(Unavailable):
        keyring.get("key")


def test_an_outage_does_not_make_every_visitor_wait(keyring: Keyring, vault: Vault, clock: Clock) -> None:
    keyring.get("key")
    vault.down = True
    clock.now += FRESH
    for _ in range(10):
        keyring.get("key")
    assert vault.asked == 2
    vault.down, vault.text = False, "second"
    clock.now += timedelta(minutes=1)
    assert keyring.get("key") == "key: second"


def test_without_a_known_value_an_outage_is_an_outage(keyring: Keyring, vault: Vault) -> None:
    vault.down = True
    with pytest.raises(Unavailable):
        keyring.get("key")
