"""A running stack and a headless Chromium, shared by the tests of this folder."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from local.stack import Stack
from tests.http.serving import free_ports

ROOT = Path(__file__).parent.parent.parent
SCREENSHOTS = ROOT / "build" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 1100)
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Comes true when a page is painted: pictures taken sooner have holes."""

Look = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Start what `make run` starts, in a process of its own, and end it as Ctrl-C does.

    `RUNNING_STACK` names the port of a stack that runs already: how `make deploy-check` walks the same journey.
    """
    if "RUNNING_STACK" in os.environ:
        yield Stack(int(os.environ["RUNNING_STACK"]))
        return
    started = Stack(free_ports())
    command = [sys.executable, "-m", "local"]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PORT": str(started.port)}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Ready" in line:
            break
    # Keep reading, or a full pipe would stop the stack.
    reader = threading.Thread(target=process.stdout.read)
    reader.start()
    yield started
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    reader.join()
    process.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make browsers of different people, each with its own cookies."""
    made: list[BrowserContext] = []

    def make(language: str = "nl", *, scripts: bool = True) -> BrowserContext:
        locale = {"nl": "nl-NL", "en": "en-GB"}[language]
        made.append(browser.new_context(locale=locale, java_script_enabled=scripts))
        made[-1].set_default_timeout(30_000)
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.fixture(scope="session")
def look() -> Look:
    """Check a page as a whole: its language, no accessibility violation, nothing wider than a small telephone.

    Pictures are kept under its name, `<language>-<number>-<template>`, with a `-` before what is special about it:
    so it is known of each template whether somebody looks at it (tests/shape/test_looks.py).
    """
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page, name: str) -> None:
        language, _, template, *_ = name.split("-")
        assert page.locator("body").get_attribute("data-page") == template
        # Before any function of ours is asked, nobody knows a language.
        assert page.locator("html").get_attribute("lang") == (language if template != "gateway" else "nl")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(PAINTED)
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
            overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert overflow <= 0, f"{name} is {overflow} px too wide at {width} px"
        page.evaluate(source)
        options = json.dumps({"runOnly": {"type": "tag", "values": WCAG}})
        violations = page.evaluate(f"axe.run(document, {options}).then(result => result.violations)")
        told = [f"{found['id']}: {node['html']}" for found in violations for node in found["nodes"]]
        assert not told, f"{name}: " + "\n".join(told)

    return check
