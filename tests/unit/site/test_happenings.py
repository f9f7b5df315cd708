"""What is said of things that happen: of each, in both languages, and never of who did it by another name."""

import re

import pytest

from chalicelib.audit.trail import Happening
from chalicelib.mandates.seeing.story import Line
from chalicelib.people.actor import Cause
from chalicelib.site.happenings import HAPPENINGS, words_of
from chalicelib.web.templating import environment
from tests.builders import NOW

_USES = {Happening.USED, Happening.USE_REFUSED}


@pytest.mark.parametrize("what", Happening)
@pytest.mark.parametrize("cause", [None, *Cause])
def test_each_thing_that_happens_is_told_in_both_languages(what: Happening, cause: Cause | None) -> None:
    words = words_of(Line(what, NOW, "system", cause=cause))
    dutch = environment("nl").from_string("{{ gettext(words, who='%(who)s', where='%(where)s') }}").render(words=words)
    assert dutch != words
    for text in (words, dutch):
        assert set(re.findall(r"%\((\w+)\)s", text)) <= ({"where"} if what in _USES else {"who"})


def test_nothing_that_can_happen_lacks_its_words() -> None:
    assert set(HAPPENINGS) == set(Happening)
    assert all(("%(where)s" if what in _USES else "%(who)s") in words for what, words in HAPPENINGS.items())


def test_who_refuses_with_the_code_of_a_letter_is_not_called_us() -> None:
    assert "%(who)s" not in words_of(Line(Happening.REFUSED, NOW, "system", cause=Cause.LETTER))
    assert "%(who)s" in words_of(Line(Happening.REFUSED, NOW, "represented"))
