"""What was measured is kept by part, and nothing is lost by a run that breaks off."""

import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest

from bench import __main__ as bench
from bench import report, waterfall
from bench.timing import Comparison

ONE = Comparison("set a letter", "WeasyPrint", 10.0, 50.0, [0.2, 0.21], target=1.0)
OTHER = Comparison("memory", "after the first", 118.2, 118.1, [1.001], target=1.05, unit="MB", least=0.5)


def _part(*told: Comparison, then: Exception | None = None) -> ModuleType:
    def measured() -> object:
        yield from told
        if then:
            raise then

    return cast("ModuleType", SimpleNamespace(MEASUREMENTS=(measured,)))


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "performance.md"
    path.write_text("<!-- measured -->\n<!-- end -->\n<!-- waterfall -->\n<!-- end -->\n")
    monkeypatch.setattr(report, "DOCUMENT", path)
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(bench, "PARTS", {"letters": _part(ONE), "memory": _part(OTHER)})
    monkeypatch.setattr(waterfall, "steps", lambda: [("Python itself", 20.0, "its start")])
    return path


@pytest.mark.parametrize("one", [ONE, OTHER])
def test_what_is_written_is_read_again(one: Comparison) -> None:
    assert Comparison.from_json(json.loads(json.dumps(one.as_json()))) == one


def test_a_part_that_is_measured_anew_keeps_the_rows_of_the_others(document: Path) -> None:
    assert bench.main([]) == 0
    both = document.read_text()
    assert bench.main(["mem"]) == 0
    assert document.read_text() == both
    assert both.index("set a letter") < both.index("after the first")


def test_a_run_that_breaks_off_loses_nothing_and_writes_no_document(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = document.read_text()
    monkeypatch.setattr(bench, "PARTS", {"letters": _part(ONE, then=OSError("no room"))})
    with pytest.raises(OSError, match="no room"):
        bench.main([])
    assert document.read_text() == before
    monkeypatch.setattr(bench, "PARTS", {"letters": _part(ONE), "memory": _part(OTHER)})
    assert bench.main(["memory"]) == 0
    assert "set a letter" in document.read_text()


def test_a_part_that_there_is_none_of_is_told(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = document.read_text()
    assert bench.main(["weather"]) == 2
    assert "There are: letters, memory" in capsys.readouterr().err
    assert document.read_text() == before
