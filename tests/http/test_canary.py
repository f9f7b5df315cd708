"""The canary: after a whole journey, what is secret stands nowhere in the clear (invariants 5 and 6)."""

import pytest

from local import aws
from provisioning.tables import TABLES
from tests.builders import HENK, PORTAL_ID, VERA
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, code_of, mandate, of_vera
from tests.http.provider import PROVIDER, choose


def test_no_number_code_or_name_is_in_a_table_or_a_log(
    vera: Person, henk: Person, caplog: pytest.LogCaptureFixture
) -> None:
    case_id = mandate(vera, henk)
    henk.post(choose(henk, PROVIDER.on_behalf()), {"person": case_id})
    henk.post("/saml/sso", {"SAMLRequest": "nonsense"})
    vera.submit(f"/mandates/{case_id}/revoke", {})
    code = code_of(ask_for_mandate(vera, PORTAL_ID))
    henk.submit("/activate", of_vera(code))
    secrets = (VERA.digits, HENK.digits, code, code.replace("-", ""), "Gever", "Lindelaan", "1948-03-12")
    dynamodb = aws.client("dynamodb")
    for table in TABLES:
        kept = repr(dynamodb.scan(TableName=f"digid-machtigen-{table}")["Items"])
        assert not [secret for secret in secrets if secret in kept], table
    logged = "".join(repr(vars(record)) for record in caplog.records)
    assert "mandate_activated" in logged
    assert not [secret for secret in secrets if secret in logged]
