"""Every page is looked at in a browser, by somebody and by axe; its template stands in the room that shows it."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

FOLDERS = sorted(
    folder for room in ("chalicelib", "local", "provisioning") for folder in (ROOT / room).rglob("templates")
)
PARTS = {
    "base": "what is around every other page",
    "cases": "macros of the citizen's pages",
    "level_needed": "a message of the pages that make a mandate without a code",
    "lists": "macros of My mandates",
    "parts": "macros of all pages",
    "steps": "macros of the steps in which somebody asks",
    "gateway_part": "one language of `gateway`",
    "visits": "macros of what is asked in one visit",
}
"""Templates that are no page by themselves, and why."""


def test_every_template_is_looked_at_in_a_browser() -> None:
    templates = {path.stem for folder in FOLDERS for path in folder.glob("*.html")}
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "browser").glob("test_*.py"))
    # `look` finds out whether the page is of the template in its name.
    looked_at = set(re.findall(r'look\([\w.]+, f"\{language\}-\d\d-(\w+)', tests))
    assert looked_at == templates - set(PARTS)


def test_no_two_templates_that_are_shipped_have_one_name() -> None:
    """One loader finds them all."""
    names = [path.name for folder in FOLDERS if folder.is_relative_to(ROOT / "chalicelib") for path in folder.iterdir()]
    assert len(FOLDERS) > 1
    assert len(names) == len(set(names))


def test_a_page_is_shown_by_the_room_in_which_its_template_stands() -> None:
    for folder in FOLDERS:
        sources = "".join(path.read_text(encoding="utf-8") for path in folder.parent.rglob("*.py"))
        shown = set(re.findall(r'"(\w+)\.html"', sources))
        standing = {path.stem for path in folder.glob("*.html")}
        assert standing - shown <= set(PARTS), folder
        assert shown <= standing, folder
