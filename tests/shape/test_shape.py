"""Tests of the system's own shape (CONTRIBUTING.md): they hold the design where no single feature would notice."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from babel.messages import Catalog, extract, pofile
from chalice.app import SQSEventConfig

from app import app
from chalicelib.application import SITE
from chalicelib.health import routes as health_routes
from chalicelib.saml.endpoints import routes as saml_routes
from chalicelib.site.texts import ERRORS
from chalicelib.site.texts import REFUSALS as OF_SITE
from chalicelib.web import routes as web_routes
from chalicelib.web.failures import REFUSALS
from chalicelib.web.http import Caller
from operate.deploy.parts import APPLICATION, PRINT_VENDOR, Part
from operate.telephone import REASONS as OF_STAFF
from print_vendor.app import app as print_vendor
from tests.shape.reading import nodes

ROOT = Path(__file__).parent.parent.parent
SHIPPED = [ROOT / "app.py", *sorted((ROOT / "chalicelib").rglob("*.py"))]
VENDOR = sorted((ROOT / "print_vendor").rglob("*.py"))
OURS = [
    *SHIPPED,
    *VENDOR,
    *(path for folder in ("provisioning", "local", "operate") for path in sorted((ROOT / folder).rglob("*.py"))),
]
PARTS = (*SITE, saml_routes, health_routes, web_routes)
ROUTES = [route for part in PARTS for route in part.routes.declared]
ROOF = {"app", *(f"chalicelib.{name}" for name in ("application", "jobs", "wiring"))}
"""The roof: the only modules that know which adapter stands behind which port."""


@cache
def _imports(path: Path) -> tuple[str, ...]:
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import does not say from which room"
            module = str(node.module)
            yield from (module, *({f"{module}.{alias.name}" for alias in node.names} & MODULES))


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


MODULES = {_module(path).removesuffix(".__init__") for path in SHIPPED}


PURE = re.compile(
    r"chalicelib\.(days|errors|paging|quoting|typed_dates|catalogue\.model|letters\.(contract|limits)"
    r"|login\.(answer|decision|identity|levels|question)|mandates\.(model\.\w+|rules\.(deciding|networks))"
    r"|people\.(actor|birth_date|bsn|pseudonym))$"
)
"""The model: it imports the standard library, the eleven-test of a BSN, and its own kind."""

_BELOW_ITS_WAYS = {"mandates.model", "mandates.register", "mandates.rules", "mandates.writing"}
"""What the ways to a mandate stand on. They do not know each other."""

WALLS = {
    "storage": set[str](),
    "audit": {"people", "storage"},
    "catalogue": {"storage"},
    "people": set[str](),
    "outbox": {"people", "storage"},
    "letters": {"outbox", "people", "storage"},
    "mandates.model": {"catalogue", "people"},
    "mandates.register": {"audit", "catalogue", "letters", "mandates.model", "outbox", "people", "storage"},
    "mandates.rules": {"catalogue", "mandates.model", "mandates.register", "people"},
    "mandates.writing": {"letters", "mandates.model", "mandates.rules", "people"},
    "mandates.own": {"catalogue", "people", *_BELOW_ITS_WAYS},
    "mandates.for_another": {"catalogue", "people", *_BELOW_ITS_WAYS},
    "mandates.direct": {"catalogue", "people", *_BELOW_ITS_WAYS},
    "mandates.living": {"audit", "catalogue", "mandates.model", "mandates.register", "mandates.rules", "people"},
    "mandates.delivery": {"letters", "mandates.model", "mandates.register", "people"},
    "mandates.telling": {"catalogue", "letters", "people", *_BELOW_ITS_WAYS},
    "mandates.seeing": {"audit", "letters", "mandates.model", "mandates.register", "people"},
    "web": {"people", "storage"},
    "site": {
        *("audit", "catalogue", "letters", "people", "web", *_BELOW_ITS_WAYS),
        *("mandates.direct", "mandates.for_another", "mandates.living", "mandates.own", "mandates.seeing"),
    },
    "helpdesk": {
        *("audit", "people", "mandates.living", "mandates.model", "mandates.register", "mandates.writing"),
    },
    "health": {"catalogue", "people", "storage", "web"},
    "login": {
        *("catalogue", "people", "storage"),
        *("mandates.living", "mandates.model", "mandates.register", "mandates.rules"),
    },
    "saml.craft": set[str](),
    "saml.partners": {"catalogue", "saml.craft", "saml.messages"},
    "saml.messages": {"catalogue", "login", "people", "saml.craft"},
    "saml.digid": {"login", "saml.craft", "saml.messages", "saml.partners"},
    "saml.combiconnect": {"catalogue", "login", "storage", "saml.craft", "saml.messages", "saml.partners"},
    "saml.endpoints": {
        *("catalogue", "login", "mandates.model", "mandates.rules", "people", "web"),
        *("saml.combiconnect", "saml.craft", "saml.messages"),
    },
}
"""What each room of the application imports, besides itself and what stands in no room."""

TAKEN_BY = {
    "jinja2": {"web"},
    "joserfc": {"letters"},
    "lxml": {"saml.craft"},
    "saml2": {"saml.messages"},
    "urllib3": {"chalicelib.deadline", "health", "people", "saml.digid", "saml.partners"},
    "xmlsec": {"saml.craft"},
}
"""The rooms that use a library which others should not need, and what stands in no room and does."""

AROUND = {"provisioning": set[str](), "local": {"provisioning"}, "operate": {"provisioning"}}
"""What is not shipped, and what of it each may import beside itself."""

OUTSIDE = {"app", "moto", "tests", *AROUND}
"""What nothing that is shipped may import."""


@pytest.mark.parametrize("room", AROUND)
def test_the_laptop_and_what_operators_run_meet_in_the_room_below_both_only(room: str) -> None:
    imported = {name.partition(".")[0] for path in (ROOT / room).rglob("*.py") for name in _imports(path)}
    assert imported & (AROUND.keys() | {"bench", "tests"}) - {room} <= AROUND[room]


def _room(module: str) -> str | None:
    """Return the room in which a module stands, or that it is."""
    parts = module.removeprefix("chalicelib.").split(".")
    names = (".".join(parts[:2]), parts[0])
    return next((name for name in names if module.startswith("chalicelib.") and name in WALLS), None)


@pytest.mark.parametrize("path", SHIPPED, ids=_module)
def test_imports_point_downwards_only(path: Path) -> None:
    module, imported = _module(path), set(_imports(path))
    assert not {name.partition(".")[0] for name in imported} & {"print_vendor", *OUTSIDE}
    if PURE.match(module):
        others = {name for name in imported if not PURE.match(name)}
        assert {name.partition(".")[0] for name in others} <= {*sys.stdlib_module_names, "stdnum"}
    assert module in ROOF or not ROOF & imported, "nothing below the roof fetches what it needs"
    assert "importlib" not in imported, "what is imported by a string passes every wall"


@pytest.mark.parametrize("room", WALLS)
def test_a_room_imports_what_its_walls_let_through(room: str) -> None:
    paths = [path for path in SHIPPED if _room(_module(path)) == room]
    imported = {name for path in paths for name in _imports(path)}
    assert paths, "nobody lives there"
    assert {found for name in imported if (found := _room(name))} - {room} == WALLS[room]


@pytest.mark.parametrize("library", TAKEN_BY)
def test_a_library_is_taken_by_the_rooms_that_the_table_names_and_by_nobody_else(library: str) -> None:
    takers = [path for path in SHIPPED if library in {name.partition(".")[0] for name in _imports(path)}]
    assert {_room(_module(path)) or _module(path) for path in takers} == TAKEN_BY[library]


def test_no_xml_of_saml_is_written_as_text() -> None:
    """Elements come of pysaml2's classes or of the craft: what somebody sent cannot become one."""
    for path in (ROOT / "chalicelib" / "saml").rglob("*.py"):
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"</?[A-Za-z]+:|</|/>", node.value), f"{_module(path)}, line {node.lineno}"


def test_what_stands_in_no_room_imports_none() -> None:
    """But the roof, of course."""
    for path in SHIPPED:
        if (module := _module(path).removesuffix(".__init__")) not in ROOF and _room(module) is None:
            assert not any(_room(name) for name in _imports(path)), module
            assert module.count(".") <= 1, f"{module} stands in a folder that is no room"


def _below(room: str, drawn: dict[str, set[str]]) -> set[str]:
    """Return what the arrows from a room lead to, over however many others."""
    return set().union(*({one} | _below(one, drawn) for one in drawn.get(room, ())))


def test_the_picture_of_the_house_draws_its_walls() -> None:
    """An arrow is an import that is let through; what is let through is an arrow, or reached over others."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn: dict[str, set[str]] = {}
    for line in re.sub(r'\["[^]]*"\]', "", text.split("```")[1]).splitlines():
        above, arrow, below = line.partition(" --> ")
        for room in above.split("&") if arrow else ():
            drawn.setdefault(room.strip(), set()).update(one.strip() for one in below.split("&"))
    for room, walls in WALLS.items():
        name, let_through = room.rpartition(".")[2], {one.rpartition(".")[2] for one in walls}
        assert drawn.get(name, set()) <= let_through <= _below(name, drawn), room


def test_every_room_says_what_it_is_for() -> None:
    for room in WALLS:
        text = ast.get_docstring(ast.parse((ROOT / "chalicelib" / room.replace(".", "/") / "__init__.py").read_text()))
        assert text, room
        told = re.search(r"\b(never|nothing|nobody|none|no|not|neither)\b", text, re.IGNORECASE)
        assert told, f"{room} does not say what it must not do"


def test_no_two_classes_or_functions_have_one_name() -> None:
    """One word for one thing: who has found a name has found what it is. What a module keeps to itself is its own."""
    named: dict[str, list[str]] = {}
    for path in SHIPPED:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(_module(path))
    assert {name: modules for name, modules in named.items() if len(modules) > 1} == {}


CONTRACT = "chalicelib.letters.contract"
CONTRACTS = frozenset(_module(path) for path in (ROOT / "chalicelib/letters/contract").glob("[!_]*.py"))


@pytest.mark.parametrize("path", VENDOR, ids=_module)
def test_the_print_vendor_knows_the_contract_and_nothing_else_of_ours(path: Path) -> None:
    imported = set(_imports(path))
    assert {name for name in imported if name.startswith("chalicelib")} <= CONTRACTS
    assert not {name.partition(".")[0] for name in imported} & OUTSIDE


def test_the_contract_with_the_print_vendor_loads_nothing_else() -> None:
    script = (
        f"import sys; import {', '.join(sorted(CONTRACTS))}; "
        "print([name for name in sys.modules if name.partition('.')[0] not in {'__main__', *sys.stdlib_module_names}])"
    )
    command = [sys.executable, "-S", "-c", script]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(ast.literal_eval(shown.stdout)) == {"chalicelib", "chalicelib.letters", CONTRACT, *CONTRACTS}


CALLED = {APPLICATION: SHIPPED, PRINT_VENDOR: VENDOR}


@pytest.mark.parametrize("part", CALLED, ids=lambda part: part.name)
def test_the_descriptions_in_a_package_are_of_the_services_that_its_code_calls(part: Part) -> None:
    """One that is missing would be told as an outage of that service, and only once it is deployed."""
    made = [
        (path, node.args[0] if node.args else None)
        for path in CALLED[part]
        for node in nodes(path)
        if isinstance(node, ast.Call) and _called(node.func) in {"client", "_client", "create_client", "resource"}
    ]
    named = {argument.value for _, argument in made if isinstance(argument, ast.Constant)}
    assert named == part.services
    # The wiring has a client made of the service that is named to it.
    assert {_module(path) for path, argument in made if not isinstance(argument, ast.Constant)} <= {
        "chalicelib.wiring",
        "chalicelib.clients",
    }


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_pysaml2_gives_message_classes_and_nothing_else() -> None:
    """It signs, verifies and validates nothing here, so nothing can reach the program that it would start for that."""
    taken = {
        f"saml2.{alias.name}"
        for path in OURS
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module == "saml2"
        for alias in node.names
    }
    modules = {"saml2.saml", "saml2.samlp", "saml2.md", "saml2.xmldsig", "saml2.xmlenc"}
    assert taken == {*modules, "saml2.ExtensionElement", "saml2.SamlBase", "saml2.create_class_from_xml_string"}
    assert not any(name.startswith("saml2.") for path in OURS for name in _imports(path))


def test_the_environment_is_read_in_one_place() -> None:
    texts = {_module(path): path.read_text() for path in (*SHIPPED, *VENDOR)}
    readers = {module for module, text in texts.items() if "os.environ" in text or "getenv" in text}
    assert readers == {"chalicelib.wiring", "chalicelib.chalice_commands", "print_vendor.function"}


def test_every_route_says_who_may_call_it() -> None:
    declared = {(route.path, method): route.caller for route in ROUTES for method in route.methods}
    served = {(path, method) for path, methods in app.routes.items() for method in methods}
    assert served == set(declared)
    for (path, method), caller in declared.items():
        assert method in {"GET", "HEAD", "POST"}
        if method == "POST" and caller not in (Caller.SIGNED_IN, Caller.VISITOR):
            assert path.startswith("/saml/"), "a form that no token protects must be a SAML endpoint"


def test_only_saml_endpoints_go_without_session_and_token() -> None:
    partners = {route.path for route in ROUTES if route.caller is Caller.PARTNER}
    assert partners == {"/saml/sso", "/saml/digid/acs", "/saml/artifact", "/saml/slo"}


def test_app_registers_and_does_nothing_else() -> None:
    source = (ROOT / "app.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 40
    assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.walk(ast.parse(source)))


def test_workers_start_alone() -> None:
    """Lambda loads only their module; what it pulls in, every cold start pays for."""
    script = (
        "import sys; "
        "from chalicelib.jobs import sweep_outbox, check_request, end_at_death, watch_metadata, watch_health; "
        "from chalicelib.jobs import watch_letters; import chalicelib.letters.watching; "
        "print([name for name in ('app', 'saml2', 'xmlsec', 'lxml', 'jinja2') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_the_watch_over_metadata_loads_what_reads_metadata_and_nothing_of_a_sign_in() -> None:
    script = (
        "import sys; import chalicelib.jobs, chalicelib.saml.partners.watching, chalicelib.saml.partners.fetching; "
        "others = ('app', 'saml2.samlp', 'jinja2', 'typst', 'chalicelib.login'); "
        "print([name for name in others if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_importing_the_application_reads_no_setting_and_starts_no_client() -> None:
    script = "import sys, app; assert 'boto3' not in sys.modules; print(app.app.app_name)"
    shown = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, env={})
    assert shown.stdout.strip() == "digid-machtigen"


def test_size_budgets_hold() -> None:
    lines = {_module(path): len(path.read_text(encoding="utf-8").splitlines()) for path in OURS}
    assert {name: count for name, count in lines.items() if count > 300} == {}
    assert statistics.median(lines.values()) <= 110
    functions = {
        f"{_module(path)}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in OURS
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef)
    }
    assert {name: count for name, count in functions.items() if count > 40} == {}
    assert statistics.median(functions.values()) <= 8


QUICK = [path for room in ("unit", "saml", "shape") for path in sorted((ROOT / "tests" / room).rglob("*.py"))]
"""What `make quick` runs. Half a minute is not much: what asks AWS, opens a page or waits stands in another room."""

SLOW = {
    "boto3",
    "local.aws",
    "local.serving",
    "moto",
    "playwright",
    "tests.http.conftest",
    "tests.http.setting",
    "tests.inside",
}


@pytest.mark.parametrize("path", QUICK, ids=_module)
def test_what_is_quick_neither_waits_nor_starts_aws(path: Path) -> None:
    assert not {name for name in _imports(path) if name in SLOW or name.partition(".")[0] in SLOW}
    called = {_called(node.func) for node in nodes(path) if isinstance(node, ast.Call)}
    assert "sleep" not in called
    assert not any(isinstance(node, ast.arg) and node.arg in {"cloud", "wired"} for node in nodes(path))


def test_one_letter_is_one_message() -> None:
    """A failed batch would send all its letters back; Chalice cannot report single failures."""
    queues = [one for one in print_vendor.event_sources if isinstance(one, SQSEventConfig)]
    assert [one.batch_size for one in queues] == [1]


def _messages() -> set[str]:
    """Return every text that pages show: those in templates, and those marked in code."""
    found: set[str] = set()
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    for room in ("chalicelib", "provisioning"):
        for _, _, message, _, _ in extract.extract_from_dir(
            ROOT / room, methods, {"**.html": {"newstyle_gettext": "true"}}, {**extract.DEFAULT_KEYWORDS, "N_": None}
        ):
            found.add(message[0] if isinstance(message, tuple) else message)
    return found


def test_every_text_has_its_dutch_and_no_dutch_is_left_over() -> None:
    with (ROOT / "chalicelib/web/translations/nl/LC_MESSAGES/messages.po").open("rb") as file:
        catalog: Catalog = pofile.read_po(file)
    translated = {
        message.id[0] if isinstance(message.id, tuple) else message.id
        for message in catalog
        if message.id and all(message.string if isinstance(message.string, tuple) else [message.string])
    }
    assert translated == _messages()
    assert not any(message.fuzzy for message in catalog if message.id)


def test_the_catalogue_of_the_laptop_refers_only_to_itself() -> None:
    rows = yaml.safe_load((ROOT / "local" / "catalogue.yaml").read_text())["services"]
    known = {row["service_id"] for row in rows}
    assert all(set(row.get("behind", [])) <= known for row in rows)
    assert len({row["index"] for row in rows}) == len(rows) == len(known)


def test_nothing_of_this_machine_or_of_a_registry_is_in_the_repository() -> None:
    for lock in ("package-lock.json", "tests/adapters/dynamodb_local/package-lock.json"):
        assert '"resolved"' not in (ROOT / lock).read_text()
    for name in ("requirements.txt", "requirements-dev.txt", *(f"{room}/requirements.txt" for room in PINNING)):
        assert all("==" in pin for pin in _pins(name))
        assert not any("://" in pin for pin in _pins(name))


PINNING = ("print_vendor", "local", "tests/deploy")


def _pins(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-r"))]


def test_both_packages_have_the_same_versions_of_what_both_have() -> None:
    ours, theirs = (
        dict(pin.split("==") for pin in _pins(name)) for name in ("requirements.txt", "print_vendor/requirements.txt")
    )
    assert {name: version for name, version in theirs.items() if ours.get(name, version) != version} == {}
    assert theirs.keys() - ours.keys() == {"typst", "font-source-sans-pro", "segno"}


def test_every_refusal_has_its_words() -> None:
    raised = {reason for path in SHIPPED for reason in re.findall(r'Refused\("(\w+)"', path.read_text())}
    assert raised <= set(REFUSALS) | set(OF_SITE) | set(ERRORS) | set(OF_STAFF)
