"""The canary: after a whole journey, what is secret stands nowhere in the clear (invariants 5 and 6)."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from chalice.test import Client

from chalicelib.mandates.living.leaving import hear_of_death, write_death
from chalicelib.wiring import Wiring
from local import aws
from provisioning.tables import TABLES
from tests.builders import HENK, MINA, PORTAL_ID, SERVICE_ID, VERA
from tests.http.client import Answer, Person
from tests.http.journey import ask_for_mandate, check, code_of, of_vera, refusal_of, walk_to_mandate
from tests.http.provider import PROVIDER, choose
from tests.http.test_asking import ask_for


def test_no_number_code_or_name_is_in_a_table_or_a_log(
    vera: Person, henk: Person, caplog: pytest.LogCaptureFixture
) -> None:
    case_id = walk_to_mandate(vera, henk)
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


def _ask_and_decide(vera: Person, henk: Person, mina: Person, anybody: Person) -> tuple[str, str]:
    """Let Henk ask for Vera, who refuses by letter once and signed in once; return both codes of the letter."""
    case_id = ask_for(henk)
    check()
    code, refusal = code_of(case_id), refusal_of(case_id)
    mina.sign_in()
    assert mina.submit("/activate", of_vera(code)).status == 422
    assert henk.submit("/activate", of_vera(code)).status == 303
    henk.submit("/mandates/search", {"view": "asked", "q": VERA.digits})
    assert anybody.submit("/refuse", {"refusal": refusal}).status == 303
    anybody.submit("/refuse/letter", {})
    anybody.submit("/refuse", {"refusal": refusal})
    visit_id = ask_for(henk, service_id=PORTAL_ID)
    ask_for(henk, born="13-03-1948", service_id=PORTAL_ID, bsn=MINA.digits)
    check()
    vera.sign_in()
    assert "Henk Helper" in vera.get(f"/approvals/{visit_id}").body
    assert vera.submit(f"/approvals/{visit_id}/refuse", {"tell": "1", "block": "1"}).status == 303
    vera.submit("/blocked", {"who": "nobody"})
    return code, refusal


def _mandate_anew(vera: Person, henk: Person, wired: Wiring) -> str:
    """Let Vera show a code on her screen, mandate Henk again without any, and restrict that; return the code."""
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICE_ID), code_on_screen=20))
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "month"}).location
    shown = vera.submit(review, {"handing": "screen"}).location
    found = re.search(r"\b\w{4}-\w{4}-\w{4}\b", vera.get(shown).body)
    assert found is not None
    case_id = henk.submit(henk.submit("/activate", of_vera(found[0])).location, {}).location.split("/")[2].split("?")[0]
    vera.get(f"{shown}.pdf")
    vera.submit(f"/mandates/{case_id}/restrict", {"end_date": "31-12-2999"})
    vera.get("/direct")
    wired.mandates.unblock(wired.secrets.pseudonyms.person(VERA), wired.secrets.pseudonyms.person(HENK))
    begun = vera.submit("/direct", {"person": case_id}).location
    chosen = vera.submit(f"{begun}/{PORTAL_ID}", {"start": "today", "end": "month"}).location
    assert vera.submit(vera.get(chosen).location, {}).status == 303
    return found[0]


def test_nothing_of_who_is_asked_for_refuses_or_has_died_is_in_a_table_log_or_address(
    vera: Person,
    henk: Person,
    mina: Person,
    client: Client,
    wired: Wiring,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    addresses: list[str] = []
    send = Person._send

    def noted(person: Person, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        addresses.append(path)
        return send(person, method, path, body, headers)

    monkeypatch.setattr(Person, "_send", noted)
    code, refusal = _ask_and_decide(vera, henk, mina, Person(client, VERA))
    on_screen = _mandate_anew(vera, henk, wired)
    hear_of_death(write_death(HENK), person=wired.person, store=wired.mandates, now=wired.clock())
    with pytest.raises(ValueError, match="no message of a death"):
        hear_of_death(f'{{"bsn": "{VERA.digits}"}}', person=wired.person, store=wired.mandates, now=wired.clock())
    codes = [form for one in (code, refusal, on_screen) for form in (one, one.replace("-", ""))]
    secrets = (
        *codes,
        *(bsn.digits for bsn in (VERA, HENK, MINA)),
        "Gever",
        "Helper",
        "Lindelaan",
        "1948-03-12",
        "12-03-1948",
    )
    dynamodb = aws.client("dynamodb")
    for table in TABLES:
        kept = repr(dynamodb.scan(TableName=f"digid-machtigen-{table}")["Items"])
        assert not [secret for secret in secrets if secret in kept], table
    logged, printed = "".join(repr(vars(record)) for record in caplog.records), capsys.readouterr()
    for event in ("asked_for_another", "requests_checked", "request_turned_down", "asker_blocked", "death_taken"):
        assert event in logged
    assert "AskedForAnother" in printed.out
    for text in (logged, printed.out, printed.err, " ".join(addresses)):
        assert not [secret for secret in secrets if secret in text]
