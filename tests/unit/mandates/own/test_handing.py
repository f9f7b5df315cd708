from dataclasses import replace

import pytest

from chalicelib.catalogue.model import Announcement
from chalicelib.errors import LevelTooLow, Refused
from chalicelib.mandates.model.codes import grouped
from chalicelib.mandates.own.handing import Handing, handings, screen_level
from chalicelib.people.brp.person import Standing
from tests.builders import NOW, SECRETS, VERA, a_person, a_service, a_wish, claim_of
from tests.unit.mandates.own.desk import Desk

SHOWN, HIDDEN, HIGH = (a_service(code_on_screen=level) for level in (20, None, 25))
ABROAD = a_person(standing=Standing.NO_ADDRESS, address=())
ALL = (Handing.LETTER, Handing.SCREEN, Handing.BOTH)


@pytest.mark.parametrize(
    ("services", "level", "ways"),
    [
        ((SHOWN,), 20, ALL),
        ((SHOWN,), 10, (Handing.LETTER,)),
        ((SHOWN, HIDDEN), 30, (Handing.LETTER,)),
        ((SHOWN, HIGH), 20, (Handing.LETTER,)),
        ((SHOWN, HIGH), 25, ALL),
    ],
)
def test_a_code_is_shown_where_every_service_allows_it_at_this_level(
    services: tuple[object, ...], level: int, ways: tuple[Handing, ...]
) -> None:
    assert handings(a_person(), services, level, NOW) == ways  # type: ignore[arg-type]


def test_who_gets_no_letter_can_only_see_the_code() -> None:
    assert handings(ABROAD, [SHOWN], 20, NOW) == (Handing.SCREEN,)
    with pytest.raises(LevelTooLow) as low:
        handings(ABROAD, [SHOWN, HIGH], 20, NOW)
    assert low.value.required == 25
    with pytest.raises(Refused, match="no_letter"):
        handings(ABROAD, [SHOWN, HIDDEN], 30, NOW)
    for standing in (Standing.DECEASED, Standing.SUSPENDED):
        with pytest.raises(Refused, match="no_letter"):
            handings(replace(ABROAD, standing=standing), [SHOWN], 30, NOW)


def test_a_code_is_shown_from_no_lower_level_than_the_service_has_by_now() -> None:
    raised = replace(SHOWN, announced=Announcement(25, NOW))
    assert screen_level([SHOWN], NOW) == 20
    assert screen_level([SHOWN, raised], NOW) == 25
    assert screen_level([SHOWN, HIDDEN], NOW) is None


@pytest.mark.parametrize(
    ("handing", "letters", "shown"), [("letter", 1, False), ("screen", 0, True), ("both", 1, True)]
)
def test_one_code_goes_where_somebody_wants_it(handing: str, letters: int, *, shown: bool) -> None:
    desk = Desk()
    opened = desk.open(a_wish(service=SHOWN, handing=Handing(handing)))
    (request,) = opened.requests
    assert len(desk.store.letters) == len(desk.letters.sent) == letters
    assert (request.letter_id is not None) is (letters == 1)
    assert (opened.code is not None) is shown
    if opened.code is not None:
        (stored,) = desk.store.codes(claim_of(request))
        assert SECRETS.peppers.recognise(opened.code, stored.claim)(stored.fingerprint)
        assert [letter.code for letter in desk.store.letters] == [grouped(opened.code)] * letters
        assert opened.code not in repr(opened)


def test_only_the_click_that_asks_gets_the_code() -> None:
    desk, wish = Desk(), a_wish(service=SHOWN, handing=Handing.SCREEN)
    assert desk.open(wish).code is not None
    assert desk.open(wish).code is None


def test_a_way_that_is_not_offered_is_refused_and_nothing_is_asked() -> None:
    desk = Desk()
    with pytest.raises(Refused, match="handing_gone"):
        desk.open(a_wish(service=HIDDEN, handing=Handing.SCREEN))
    desk.people.people[VERA] = ABROAD
    with pytest.raises(Refused, match="handing_gone"):
        desk.open(a_wish(service=SHOWN))
    assert desk.store.requests(a_wish().by.person) == []
    assert desk.open(a_wish(service=SHOWN, handing=Handing.SCREEN)).code is not None
