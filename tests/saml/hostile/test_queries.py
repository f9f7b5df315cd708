"""A verifier that is careless on purpose believes hostile queries: that shows that they are alive."""

import pytest

from tests.saml.hostile import queries
from tests.saml.hostile.queries import QueryVariant


@pytest.mark.parametrize("variant", queries.VARIANTS, ids=lambda variant: variant.name)
def test_a_careless_verifier_believes_a_hostile_query(variant: QueryVariant) -> None:
    assert queries.believed(variant.make()) is variant.fools
