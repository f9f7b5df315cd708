"""Pages for when no function answers."""

import re

import pytest

from chalicelib.web.failures import BUSY
from provisioning.gateway import PAGES, html

BASE = "https://machtigen.example.nl"


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_speaks_both_languages_and_needs_nothing_but_itself(kind: str) -> None:
    page = html(PAGES[kind], BASE)
    assert page.count('<section lang="nl">') == page.count('<section lang="en">') == 1
    assert PAGES[kind].title in page
    assert PAGES[kind].text in page
    assert page.count("088\N{NO-BREAK SPACE}123\N{NO-BREAK SPACE}00\N{NO-BREAK SPACE}00") == 2
    assert set(re.findall(r'(?:href|src|action)="([^"]+)"', page)) == {
        f"{BASE}/",
        f"{BASE}/?lang=nl",
        f"{BASE}/?lang=en",
    }
    assert "$" not in page, "nothing that CloudFormation or API Gateway would fill in"


def test_the_firewalls_page_is_as_small_as_a_firewall_wants_it() -> None:
    assert len(html(BUSY, BASE).encode()) < 4096 - 250, "with room for a long address"
