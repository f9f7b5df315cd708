"""Other ways to a mandate than one's own letter (design.md section 4), and what becomes of it, behind the prefix."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from chalicelib.days import today
from chalicelib.mandates.model.cases import CaseId, visit_of
from tests.browser.people import code_in, letter_for, refusal_code_in, someone
from tests.deploy.walking import SERVICE, Walker, activate, ask, ask_for, read_code, signed_in_for
from tests.deploy.world import World, eventually

_CASE = re.compile(r'href="[^"]*/mandates/([0-9a-f]{32})"')


def _people(world: World, base: str, *names: str) -> list[Walker]:
    return [Walker(world, base, someone(name)) for name in names]


def _letter(walker: Walker) -> str:
    return letter_for(walker.someone, walker.world.stack, walker.world.letters)


def test_somebody_asks_for_who_has_no_digid_and_another_refuses_with_the_letter_alone(
    world: World, behind_prefix: str
) -> None:
    henk, nel, gerda = _people(world, behind_prefix, "Henk Helper", "Nel Nodigid", "Gerda Geheim")
    case_id = ask_for(henk, nel)
    activate(henk, nel, read_code(nel, world.letters))
    result = signed_in_for(henk, case_id, "post")
    assert result.status == ["Success"]
    assert result.attributes["LegalSubjectID"] == nel.bsn.digits
    asked = ask_for(henk, gerda)
    page = henk.get(f"/asked/{asked}").body
    refusal = refusal_code_in(_letter(gerda))
    world.hidden.add(refusal)
    review = gerda.submit("/refuse", {"refusal": refusal})
    assert review.status == 303, review.body
    assert gerda.submit(review.location, {}).status == 303
    assert henk.get(f"/asked/{asked}").body == page, "who asked sees no difference"


def test_the_code_on_the_screen_is_saved_as_pdf_and_activates(world: World, behind_prefix: str) -> None:
    giver, helper = _people(world, behind_prefix, "Wout Woonboot", "Mina Mantelzorg")
    case_id = ask(giver, handing="screen")
    code = code_in(giver.get(f"/requests/{case_id}/code").body)
    world.hidden.update((code, code.replace("-", "")))
    # The function that sets it starts first: until then the page says to try again.
    eventually(lambda: code in giver.pdf(f"/requests/{case_id}/code.pdf"), 60)
    activate(helper, giver, code)
    assert signed_in_for(helper, case_id, "post").attributes["LegalSubjectID"] == giver.bsn.digits
    assert giver.submit(f"/mandates/{case_id}/revoke", {}).status == 303


def test_what_is_asked_is_approved_then_restricted_renewed_and_ended_in_one_go(
    world: World, behind_prefix: str
) -> None:
    giver, helper = _people(world, behind_prefix, "Wout Woonboot", "Lies Ligplaats")
    case_id = ask_for(helper, giver)
    _letter(giver)
    _approve(giver, case_id)
    assert signed_in_for(helper, case_id, "redirect").attributes["LegalSubjectID"] == giver.bsn.digits
    last = today(datetime.now(UTC)) + timedelta(days=3)
    review = giver.submit(f"/mandates/{case_id}/restrict", {"end_date": f"{last:%d-%m-%Y}"})
    assert giver.submit(review.location, {}).location == f"/mandates/{case_id}"
    assert "Restricted by you" in giver.get(f"/mandates/{case_id}").body
    renewed = _renew(giver, case_id)
    for walker in (giver, helper):
        _letter(walker)
    assert "renewed an earlier mandate" in helper.get(f"/mandates/{renewed}").body
    both = giver.get(f"/mandates/end?{urlencode([('case', case_id), ('case', renewed)])}")
    done = giver.post("/mandates/end", both.hidden)
    assert "They have ended" in giver.get(done.location).body


def test_who_acted_before_acts_again_at_once_and_gives_it_up(world: World, behind_prefix: str) -> None:
    giver, helper = _people(world, behind_prefix, "Wout Woonboot", "Lies Ligplaats")
    giver.sign_in()
    former = re.search(r'name="person" value="(\w+)"[^>]*>\s*<label[^>]*>[^<]*Ligplaats', giver.get("/direct").body)
    assert former, giver.last
    chosen = giver.submit("/direct", {"person": former[1]}).location
    review = giver.get(giver.submit(f"{chosen}/{SERVICE}", {"start": "today", "end": "month"}).location).location
    told = giver.get(giver.submit(review, {}).location).body
    (case_id,) = set(_CASE.findall(told))
    for walker in (giver, helper):
        _letter(walker)
    assert signed_in_for(helper, case_id, "artifact").attributes["LegalSubjectID"] == giver.bsn.digits
    helper.sign_in()
    assert helper.submit(f"/mandates/{case_id}/revoke", {}).status == 303


def _approve(giver: Walker, case_id: str) -> None:
    giver.sign_in()
    page = f"/approvals/{visit_of(CaseId(case_id))}"
    assert giver.submit(page, {f"case_{case_id}": "1"}).location == f"{page}?done=approved"


def _renew(giver: Walker, case_id: str) -> str:
    """Let a mandate go on for as long as it was; return the new one's case id."""
    page = giver.get(f"/mandates/{case_id}/renew").body
    same = re.findall(r'name="period" value="([^"]+)"', page)[0]
    told = giver.get(giver.submit(f"/mandates/{case_id}/renew", {"period": same}).location).body
    (renewed,) = set(_CASE.findall(told)) - {case_id}
    return str(renewed)
