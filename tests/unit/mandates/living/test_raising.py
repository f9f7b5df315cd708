"""Either side confirms their part of a mandate at a higher level; it counts for the lower of both, and never sinks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audit.trail import Event, Happening
from chalicelib.errors import NotFound, Refused
from chalicelib.mandates.living import changing
from chalicelib.mandates.living.raising import below, confirm_level
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import Consent, Mandate, Way
from chalicelib.mandates.model.notices import Notice
from chalicelib.mandates.rules.deciding import Denial, denial
from chalicelib.observe import Metric
from chalicelib.people.bsn import Bsn
from tests.builders import HENK, MINA, NOW, VERA, a_service, revoke_in, signed_in
from tests.fakes import FakeMandates
from tests.unit.mandates.town import Town

THEN = NOW + timedelta(days=1)


@pytest.fixture
def town() -> Town:
    return Town()


def _confirm(town: Town, mandate: Mandate, by: Bsn, level: int) -> Mandate:
    return confirm_level(signed_in(by, level), mandate.case_id, store=town.store, now=THEN)


def test_a_mandate_counts_for_a_level_once_both_confirmed_it(town: Town) -> None:
    mandate, better = town.represented_before(), a_service(level=25)
    henk = signed_in(HENK).person
    assert denial(mandate, henk, better, 25, THEN) is Denial.LEVEL_TOO_LOW
    assert below(mandate, 25) == [Party.REPRESENTED, Party.REPRESENTATIVE]
    halfway = _confirm(town, mandate, VERA, 25)
    assert (halfway.level, halfway.consent, below(halfway, 25)) == (20, Consent(Way.ASKED, 25), [Party.REPRESENTATIVE])
    assert denial(halfway, henk, better, 25, THEN) is Denial.LEVEL_TOO_LOW
    raised = _confirm(town, mandate, HENK, 30)
    assert (raised.level, raised.activated_level, below(raised, 25)) == (25, 30, [])
    assert denial(raised, henk, better, 25, THEN) is None
    assert town.store.given(mandate.represented) == town.store.held(henk) == [raised]


def test_each_confirmation_stands_in_the_history(town: Town) -> None:
    mandate = town.represented_before()
    _confirm(town, mandate, HENK, 25)
    assert town.store.history(mandate.case_id, mandate.sides)[0] == Event(Happening.RAISED, THEN, signed_in(HENK, 25))


def test_confirmed_twice_it_is_confirmed_once(town: Town) -> None:
    mandate = town.represented_before()
    first = _confirm(town, mandate, VERA, 25)
    assert _confirm(town, mandate, VERA, 25) == first
    told = town.store.history(mandate.case_id, mandate.sides)
    assert [event.what for event in told].count(Happening.RAISED) == 1


class ClickedBefore(FakeMandates):
    """Until something is written, what another did at the same moment is not there yet."""

    def __init__(self) -> None:
        super().__init__()
        self.stale: Mandate | None = None

    def mandate(self, case_id: str) -> Mandate | None:
        return self.stale or super().mandate(case_id)

    def change(self, mandate: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
        self.stale = None
        super().change(mandate, new, event, *due)


def test_of_two_clicks_at_once_the_second_finds_it_done(town: Town) -> None:
    town.store = store = ClickedBefore()
    mandate = town.represented_before()
    first = _confirm(town, mandate, VERA, 25)
    store.stale = mandate
    assert _confirm(town, mandate, VERA, 25) == first


def test_when_both_sides_confirm_at_once_both_have(town: Town) -> None:
    town.store = store = ClickedBefore()
    mandate = town.represented_before()
    _confirm(town, mandate, VERA, 25)
    store.stale = mandate
    both = _confirm(town, mandate, HENK, 30)
    assert (both.consent.level, both.activated_level, both.level) == (25, 30, 25)


def test_each_confirmation_is_counted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[Metric] = []
    monkeypatch.setattr(changing, "count", counted.append)
    mandate = town.represented_before()
    for level in (25, 25, 20):
        _confirm(town, mandate, VERA, level)
    assert counted == [Metric.MANDATE_RAISED]


def test_a_mandate_that_ended_in_between_is_not_told_as_confirmed(town: Town) -> None:
    town.store = store = ClickedBefore()
    mandate = town.represented_before()
    raised = _confirm(town, mandate, VERA, 25)
    revoke_in(town.store, raised, signed_in(HENK), THEN)
    for level in (25, 30):
        store.stale = mandate
        with pytest.raises(Refused, match="mandate_ended"):
            _confirm(town, mandate, VERA, level)


def test_what_is_over_is_not_confirmed(town: Town) -> None:
    mandate = town.represented_before()
    revoke_in(town.store, mandate, signed_in(), THEN)
    with pytest.raises(Refused, match="mandate_ended"):
        _confirm(town, mandate, VERA, 30)


def test_a_stranger_confirms_nothing(town: Town) -> None:
    with pytest.raises(NotFound):
        _confirm(town, town.represented_before(), MINA, 30)


LEVELS = st.sampled_from([10, 20, 25, 30])


@given(
    parts=st.tuples(LEVELS, LEVELS),
    clicks=st.lists(st.tuples(st.sampled_from([VERA, HENK]), LEVELS), max_size=6),
)
def test_confirming_never_lowers_and_the_mandate_counts_for_the_lower_part(
    parts: tuple[int, int], clicks: list[tuple[Bsn, int]]
) -> None:
    town = Town()
    consent, activated = parts
    mandate = town.represented_before(
        consent=Consent(Way.APPROVED, consent), activated_level=activated, level=min(parts)
    )
    best = {VERA: consent, HENK: activated}
    for who, level in clicks:
        before, mandate = mandate, _confirm(town, mandate, who, level)
        best[who] = max(best[who], level)
        assert mandate.level >= before.level
        assert (mandate.consent.level, mandate.activated_level) == (best[VERA], best[HENK])
        assert mandate.level == min(best.values())
    fixed = {"level": 0, "activated_level": 0, "consent": Consent(Way.APPROVED, 0), "version": 0}
    assert replace(mandate, **fixed) == replace(town.store.given(mandate.represented)[0], **fixed)  # type: ignore[arg-type]
