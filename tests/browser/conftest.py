"""A running stack and a headless Chromium, shared by the tests of this folder."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from local.stack import Stack, fetch
from tests.http.serving import free_ports

ROOT = Path(__file__).parent.parent.parent
SCREENSHOTS = ROOT / "build" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = {320: 1.0, 1100: 0.6}
"""In pixels, and how large a picture of it is: painting, packing and handing it over cost as much as its area."""

PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Comes true when a page is painted: pictures taken sooner have holes."""

SIZES = f"""{PAINTED}.then(() => {{
  const {{ scrollWidth, scrollHeight }} = document.documentElement;
  return [scrollWidth - innerWidth, scrollHeight];
}})"""
"""By how much a page is too wide, and how high it is."""

PICTURE = {"captureBeyondViewport": True, "optimizeForSpeed": True}
"""All of a page, packed less tightly than Playwright asks for: Chromium packs it while everything else waits."""

UNASKED = dict.fromkeys(("selectors", "elementRef", "preload"), False)
"""An element is told by its HTML, and no rule of these reads a style sheet."""

OPTIONS = json.dumps({"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"], **UNASKED})
TOLD = "violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))"
"""What axe says of each element that it finds wrong. Both are made in the browser: all that axe knows is long."""

UNWANTED = (
    # For each new window, so for each person of a test, a whole Chromium loads two pages that nobody opens: the lists
    # under its address bar. That takes longer than to look at a page of ours.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # The rest is what Playwright leaves out: of this switch only the last is heard.
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    f"--disable-features={','.join(UNWANTED)}",
    # Each page is another document, in which axe runs once: compiling it as if it ran for hours takes a third longer.
    "--js-flags=--no-opt --no-maglev",
]
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
"""The first is the same engine without windows around its pages, and needs half the time."""

Look = Callable[[Page, str], None]


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """Start what `make run` starts, in a process of its own, and end it as Ctrl-C does, before other tests begin.

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


@pytest.fixture
def known(stack: Stack) -> set[str]:
    """Letters that lay in the letterbox before the test; people of other tests have the same names."""
    return {letter["letter_id"] for letter in json.loads(fetch(f"{stack.letterbox}/letters.json"))}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
        started = playwright.chromium.launch(executable_path=path, args=SWITCHES)
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


@pytest.fixture(scope="package")
def look() -> Look:
    """Check a page as a whole: its language, no accessibility violation, nothing wider than a small telephone.

    Pictures are kept under its name, `<language>-<number>-<template>`, with a `-` before what is special about it:
    so it is known of each template whether somebody looks at it (tests/shape/test_looks.py).
    """
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    source = AXE.read_text(encoding="utf-8")
    violations = f"{source};\naxe.run(document, {OPTIONS}).then(({{ violations }}) => {TOLD})"

    def check(page: Page, name: str) -> None:
        language, _, template, *_ = name.split("-")
        # Before any function of ours is asked, nobody knows a language.
        spoken = language if template != "gateway" else "nl"
        expect(page.locator(f'html[lang="{spoken}"] > body[data-page="{template}"]')).to_be_attached(timeout=30_000)
        chromium = page.context.new_cdp_session(page)
        for width, scale in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            overflow, height = page.evaluate(SIZES)
            clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": scale}
            picture = chromium.send("Page.captureScreenshot", {**PICTURE, "clip": clip})["data"]
            (SCREENSHOTS / f"{name}-{width}.png").write_bytes(b64decode(picture))
            assert overflow <= 0, f"{name} is {overflow} px too wide at {width} px"
        chromium.detach()
        told = page.evaluate(violations)
        assert not told, f"{name}: " + "\n".join(told)

    return check
