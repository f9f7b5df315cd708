import pytest

from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.register.ports import Wishes
from chalicelib.mandates.register.wishes import DynamoWishes
from chalicelib.people.pseudonym import PersonId
from tests.adapters.conftest import REAL, client_of, tables_of
from tests.fakes import FakeWishes

VERA, MINA = PersonId("vera"), PersonId("mina")


@pytest.fixture(params=["fake", *REAL])
def wishes(request: pytest.FixtureRequest) -> Wishes:
    return (
        FakeWishes() if request.param == "fake" else DynamoWishes(tables_of(client_of(request.param, request)).register)
    )


def test_who_never_stated_a_wish_has_none(wishes: Wishes) -> None:
    assert wishes.stated(VERA) is None


def test_a_wish_is_kept_until_another_takes_its_place(wishes: Wishes) -> None:
    for wish in (LetterWishes("en", large_print=True), LetterWishes("nl", large_print=False)):
        wishes.state(VERA, wish)
        assert wishes.stated(VERA) == wish


def test_a_wish_is_of_one_person(wishes: Wishes) -> None:
    wishes.state(VERA, LetterWishes("en"))
    assert wishes.stated(MINA) is None
