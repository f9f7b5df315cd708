"""One emulated account for the whole session. The files of this folder tell what happens there, in their order."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.stack import Stack, check_ports
from operate.deploy.package import Package
from tests.deploy.emulator import ROOT, emulator
from tests.deploy.world import World, built, port

_EMULATOR = 10
"""Offset of the emulator's port."""

_LAPTOP = 20
"""Offset of the ports of `make run`."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deploy")


@pytest.fixture(scope="session")
def package(folder: Path) -> Package:
    return built(folder / "first")


@pytest.fixture(scope="session")
def world(folder: Path, package: Package) -> Iterator[World]:
    """Start the emulator and the parties around it, with nothing deployed."""
    stack = Stack(port())
    check_ports(stack)
    kept = dict(os.environ)
    with ExitStack() as exit_stack:
        address = exit_stack.enter_context(emulator(stack.port + _EMULATOR, folder))
        made = World(stack, folder, address, package, exit_stack)
        made.open()
        yield made
        (ROOT / "build" / "functions.log").write_text(made.logged() + "\n", encoding="utf-8")
    os.environ.clear()
    os.environ.update(kept)


@pytest.fixture(scope="session")
def behind_prefix(world: World) -> str:
    """Deploy the application behind the bare stage; returns its address."""
    file = world.stage_file(prefix=True)
    status, said = world.deploy(file)
    assert status == 1
    assert "Deployed." in said, said
    assert "brp-key has no value yet" in said
    assert "WRONG  every dependency answers: brp does not answer" in said, said
    world.tell_brp_key(file)
    world.show_pages()
    world.tell_digid(f"{world.stack.application}/api")
    return f"{world.stack.application}/api"


@pytest.fixture(scope="session")
def on_domain(world: World, behind_prefix: str) -> str:  # noqa: ARG001 - the same stack, changed
    """Bring the same stack to its domain; returns its address."""
    status, said = world.deploy(world.stage_file())
    assert status == 0, said
    world.open_municipality()
    status, said = world.deploy(world.stage_file(municipality=True))
    assert status == 0, said
    assert "Nothing changes." in said
    world.show_pages()
    world.tell_digid(world.stack.application)
    return world.stack.application


@pytest.fixture(scope="session")
def laptop() -> Iterator[str]:
    """Start what `make run` starts, beside it; returns the application's address."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**own, "PORT": str(port() + _LAPTOP)}
    command = [sys.executable, "-m", "local"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any("Ready" in line for line in process.stdout), "the laptop stack did not start"
        yield f"http://localhost:{port() + _LAPTOP}"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
