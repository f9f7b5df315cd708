import pytest

from chalicelib.people.vault import KmsVault, Vault
from local import aws
from tests.fakes import FakeVault


@pytest.fixture(params=["fake", "kms"])
def vault(request: pytest.FixtureRequest, cloud: None) -> Vault:  # noqa: ARG001
    return FakeVault() if request.param == "fake" else KmsVault(aws.client("kms"), "alias/digid-machtigen-fields")


def test_what_is_sealed_opens_in_its_own_context_only(vault: Vault) -> None:
    sealed = vault.seal("900100084", "case:1")
    assert vault.open(sealed, "case:1") == "900100084"
    with pytest.raises(ValueError, match="context"):
        vault.open(sealed, "case:2")


def test_another_process_opens_what_this_one_sealed(cloud: None) -> None:  # noqa: ARG001
    one, other = (KmsVault(aws.client("kms"), "alias/digid-machtigen-fields") for _ in range(2))
    sealed = one.seal("Vera", "case:1")
    assert b"Vera" not in sealed
    assert other.open(sealed, "case:1") == "Vera"


def test_data_keys_are_renewed_and_the_old_ones_still_open(cloud: None) -> None:  # noqa: ARG001
    vault = KmsVault(aws.client("kms"), "alias/digid-machtigen-fields")
    sealed = [vault.seal(str(number), "x") for number in range(1001)]
    assert sealed[0][:80] != sealed[-1][:80]
    assert vault.open(sealed[0], "x") == "0"
