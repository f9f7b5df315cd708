import ast
import json
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from chalicelib.observe import Metric
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import AddressId, ClaimId, PersonId
from chalicelib.settings import documented
from chalicelib.storage.converting import types_of
from chalicelib.storage.kinds import Kind
from chalicelib.storage.tables import CatalogueTable
from operate.data import kinds, lying
from operate.documents import documents
from print_vendor.observe import METRICS, PRINTED
from provisioning.secrets import NAMES
from tests.shape.reading import nodes

ROOT = Path(__file__).parent.parent.parent
ROOMS = (ROOT / "chalicelib", ROOT / "print_vendor")
SHIPPED = [ROOT / "app.py", *(path for room in ROOMS for path in sorted(room.rglob("*.py")))]


def test_documents_say_what_the_code_says() -> None:
    """`make docs` writes them anew."""
    for path, text in documents().items():
        assert path.read_text(encoding="utf-8") == text, path.name


def test_every_secret_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert [name for name in NAMES if name not in text] == []


def test_every_kind_of_item_is_documented_and_no_item_is_of_another() -> None:
    """A module that spells out keys by itself would keep what docs/data.md does not know."""
    declared = set()
    for path in SHIPPED:
        for node in nodes(path):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                called = [one.id for one in (node.value.func, *node.value.args[:1]) if isinstance(one, ast.Name)]
                if called[:1] == ["Kind"] or (called[:1] == ["replace"] and called[1:2] and called[1] in kinds()):
                    declared |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            spelt = isinstance(node, ast.Constant) and node.value in {"pk", "sk"}
            assert not spelt or "storage" in path.parts or "print_vendor" in path.parts, path.name
    assert declared == kinds().keys()


def test_what_names_somebody_is_called_personal_and_what_only_they_may_read_is_sealed() -> None:
    for name, kind in kinds().items():
        parts = set(re.findall(r"{(\w+)", kind.pk + kind.sk))
        assert set(kind.sealed) <= set(kind.personal) <= {*lying(kind), *parts}, name
        fields = types_of(kind.model)
        types = {name: set(_within(hint)) for name, hint in {**_keyed(kind), **lying(kind)}.items()}
        assert {one for one, type_ in types.items() if type_ & {PersonId, ClaimId, AddressId}} <= set(kind.personal)
        assert not any(Bsn in type_ for type_ in types.values()), name
        if kind.table is not CatalogueTable:
            octets = {field for field, hint in lying(kind).items() if bytes in {hint, *get_args(hint)}}
            # What is spread may be a digest that says nothing.
            assert octets & fields.keys() <= set(kind.sealed) <= octets, name
        spread = {part for names in kind.spread.values() for part in names}
        assert {*kind.keyed, *kind.stored_as, *kind.lacking, *kind.spread.keys() - spread} <= fields.keys(), name


def _keyed(kind: Kind[Any, Any]) -> dict[str, Any]:
    return {name: types_of(kind.model)[name] for name in kind.keyed}


def _within(hint: Any) -> Iterator[Any]:  # noqa: ANN401 - the type of a field
    """Yield a type and all that it consists of: what a union, a tuple or a record holds."""
    yield hint
    inner = types_of(hint).values() if is_dataclass(hint) or hasattr(hint, "_fields") else get_args(hint)
    for one in inner:
        yield from _within(one)


_NAMED = re.compile(r"(?<![\w/])([\w/]+\.py)(?:::(\w+))?")


NAMING = ("chalicelib", "print_vendor", "provisioning", "local", "operate", "bench", "tests")
TRACKED = {
    path: f"/{path.relative_to(ROOT).as_posix()}"
    for path in (ROOT / "app.py", *(path for room in NAMING for path in (ROOT / room).rglob("*.py")))
}
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_each_module_and_each_class_that_a_document_names_is_there(document: Path) -> None:
    for module, name in _NAMED.findall(document.read_text(encoding="utf-8")):
        found = [path for path, known in TRACKED.items() if known.endswith(f"/{module}")]
        assert found, f"{module} is not there"
        assert not name or any(name in _defined(path) for path in found), f"{module} has no {name}"


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "CHANGELOG.md"], ids=lambda path: path.stem)
def test_nothing_of_a_merge_is_left_in_a_document(document: Path) -> None:
    left = re.findall(r"^(?:<{7}|={7}|>{7}|\|{7})(?:$| )", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert left == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_each_link_between_documents_leads_somewhere(document: Path) -> None:
    text = re.sub(r"`[^`]*`", "", document.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(((?!https?:)[^)]+)\)", text):
        path, _, heading = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not heading or heading in _anchors(target.read_text(encoding="utf-8")), link


def test_each_scenario_has_a_number_and_is_shown_by_tests_or_says_why_not_yet() -> None:
    """That the tests are there is seen for every document, above."""
    lines = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d", line)]
    assert [int(number) for number, *_ in rows] == list(range(1, 21))
    for number, _, shown, missing in rows:
        assert shown or missing.startswith("Not yet: "), number
        assert all(re.fullmatch(r"`[\w/]+\.py::test_\w+`", one) for one in shown.split(", ") if shown), number


def _anchors(text: str) -> set[str]:
    """Return what headings are called in links, as GitHub does."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def _defined(path: Path) -> set[str]:
    """Return the names of classes, functions and plain assignments of a module."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    targets = [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    made = {target.id for target in targets if isinstance(target, ast.Name)}
    return made | {node.name for node in nodes if isinstance(node, ast.ClassDef | ast.FunctionDef)}


def test_every_decision_has_a_number_of_its_own() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in records]
    assert numbers == list(range(1, len(records) + 1))
    assert [path.read_text(encoding="utf-8").partition(".")[0] for path in records] == [f"# {one}" for one in numbers]


def test_every_setting_has_an_example_that_is_right() -> None:
    for _, setting in documented():
        assert setting.parse(setting.example)


def test_every_metric_is_counted_somewhere_and_none_by_another_name() -> None:
    used = {name for path in SHIPPED for name in re.findall(r"Metric\.([A-Z_]+)", path.read_text())}
    assert used == set(Metric.__members__)
    assert {PRINTED} == set(METRICS)
    assert not set(METRICS) & set(Metric), "one name is counted in one place"


@cache
def _logged() -> list[tuple[Path, ast.Call]]:
    calls = [(path, node) for path in SHIPPED for node in nodes(path)]
    levels = ("info", "warning", "error", "exception", "debug")
    return [
        (path, node)
        for path, node in calls
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in levels
    ]


def test_every_event_has_a_static_name() -> None:
    assert _logged()
    for path, call in _logged():
        (name,) = call.args
        assert isinstance(name, ast.Constant), f"{path.name}:{call.lineno}"
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", str(name.value)), f"{path.name}:{call.lineno}"


def test_events_carry_identifiers_not_objects() -> None:
    """A field that is not in this list is a decision: does it tell something about a person?"""
    known = {"by", "case_id", "cause", "days", "dependencies", "dependency", "entity_id", "error", "expected"}
    known |= {"failure", "first", "kind", "letter_id", "level", "login_id", "parcel_id", "read_at", "reason"}
    known |= {"received", "reference", "released", "secret", "status", "what"}
    assert {keyword.arg for _, call in _logged() for keyword in call.keywords} <= known


def test_engineers_of_providers_are_told_each_event_that_there_is_with_an_example_of_its_line() -> None:
    rooms = [ROOT / "chalicelib" / room for room in ("login", "saml")]
    heard = [ROOT / "chalicelib" / "observe.py", *(path for room in rooms for path in room.rglob("*.py"))]
    there: dict[str, set[str]] = {}
    for path, call in _logged():
        if path in heard and isinstance(call.args[0], ast.Constant):
            fields = {str(keyword.arg) for keyword in call.keywords}
            there.setdefault(str(call.args[0].value), set()).update(fields)
    text = (ROOT / "docs" / "connecting.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \| (?:INFO|WARNING|ERROR) \|", text, re.MULTILINE)) == set(there)
    shown = {line["message"]: line for line in map(json.loads, re.findall(r"\{\"level\":[^}]*\}", text))}
    for event, fields in there.items():
        assert shown[event].keys() - {"level", "message", "correlation_id"} <= fields, event
