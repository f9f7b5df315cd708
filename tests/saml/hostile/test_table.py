from tests.saml.hostile.table import _FAMILIES, DOCUMENT, text
from tests.saml.hostile.variants import gate_variants


def test_the_table_of_families_and_variants_is_true() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == text(), "run: python -m tests.saml.hostile.table"


def test_every_family_is_in_the_table_and_every_variant_has_a_name_of_its_own() -> None:
    labels = [variant.label for variant in gate_variants()]
    assert {variant.family for variant in gate_variants()} <= set(_FAMILIES)
    assert len(labels) == len(set(labels))
