"""What the release before sealed, the print vendor opens still."""

from typing import Any

import pytest

from chalicelib.people.vault import KmsVault
from local import aws
from print_vendor.sealed import VaultOpener

KEY = "alias/digid-machtigen-fields"


class Counting:
    """KMS, and how often it opened a key."""

    def __init__(self) -> None:
        self.opened = 0

    def decrypt(self, **asked: Any) -> Any:
        self.opened += 1
        return aws.client("kms").decrypt(**asked)


@pytest.fixture
def vault(cloud: None) -> KmsVault:  # noqa: ARG001 - only set up
    return KmsVault(aws.client("kms"), KEY)


def test_what_is_sealed_opens_in_its_own_context_only_and_unchanged(vault: KmsVault) -> None:
    opener, sealed = VaultOpener(aws.client("kms"), KEY), vault.seal("Geachte mevrouw", "letter:1")
    assert opener.open(sealed, "letter:1") == "Geachte mevrouw"
    for changed, context in ((sealed, "letter:2"), (sealed[:-1] + bytes([sealed[-1] ^ 1]), "letter:1")):
        with pytest.raises(ValueError, match="does not open"):
            opener.open(changed, context)
    with pytest.raises(ValueError, match="unknown version"):
        opener.open(b"\x02" + sealed[1:], "letter:1")


def test_many_letters_cost_one_call_to_kms(vault: KmsVault) -> None:
    kms = Counting()
    opener = VaultOpener(kms, KEY)
    assert [opener.open(vault.seal(str(number), "x"), "x") for number in range(9)] == [str(n) for n in range(9)]
    assert kms.opened == 1
