"""The test kit as a page: give it a provider's metadata, and read what to mend."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from werkzeug.wrappers import Request, Response

from local.pages import page, serve_static
from local.serving import Site

_ROOT = Path(__file__).parent.parent.parent
_LARGEST = 256 * 1024
_PATIENCE = 90


Findings = list[dict[str, str]]
"""As `verdict`, `about` and `text`; none when the kit could not run."""


def run(document: bytes) -> Findings:
    """Run the kit in a process of its own: it brings its own AWS, and sets its own clock forward."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(document)
        file.flush()
        command = [sys.executable, "-m", "local.kit", file.name, "--json"]
        told = subprocess.run(  # noqa: S603 - our own program
            command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_PATIENCE, check=False
        )
    return [json.loads(line) for line in told.stdout.decode().splitlines()]


def kit_site(report: Callable[[bytes], Findings] = run) -> Site:
    site = Site()
    serve_static(site)

    @site.route("/")
    def ask(request: Request) -> Response:
        return page(request, "kit.html", findings=None, problem="")

    @site.route("/", "POST")
    def answer(request: Request) -> Response:
        with request:
            sent = request.files.get("metadata")
            document = sent.stream.read(_LARGEST + 1) if sent else b""
        if not document or len(document) > _LARGEST:
            return page(request, "kit.html", 422, findings=None, problem="large" if document else "missing")
        return page(request, "kit.html", findings=report(document), problem="")

    return site
