"""Every page is looked at in a browser, by somebody and by axe."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

PARTS = {
    "base": "what is around every other page",
    "parts": "macros of other pages",
    "gateway_part": "one language of `gateway`",
}
"""Templates that are no page by themselves, and why."""


def test_every_template_is_looked_at_in_a_browser() -> None:
    folders = ("chalicelib/web/templates", "local/templates")
    templates = {path.stem for folder in folders for path in (ROOT / folder).glob("*.html")}
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "browser").glob("test_*.py"))
    # `look` finds out whether the page is of the template in its name.
    looked_at = set(re.findall(r'look\([\w.]+, f"\{language\}-\d\d-(\w+)', tests))
    assert looked_at == templates - set(PARTS)
