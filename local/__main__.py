"""`make run`: start the stack, say where everything is, and run until Ctrl-C."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")
os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")

from local.persons import persons
from local.stack import CannotStart, Stack, running

_LONGEST_STOP = 10.0
"""Seconds."""

_SETTINGS = "Settings are environment variables: PORT (8000), PARTNERS=folder, DIGID_METADATA=file, DIGID_ANSWER."


class Stop:
    """What a signal asks, once: it interrupts whatever runs, a start as well as the wait; a second changes nothing."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, *_: object) -> None:
        if not self.asked:
            self.asked = True
            # Should cleaning up ever hang, what is left here is not worth waiting for: the others end with us.
            guard = threading.Timer(_LONGEST_STOP, os._exit, (1,))
            guard.daemon = True
            guard.start()
            raise KeyboardInterrupt

    def wait(self) -> None:
        # An interruption can be lost in a destructor, so the wait begins only when none was asked for.
        while not self.asked:
            signal.pause()


def main() -> int:
    argparse.ArgumentParser(prog="make run", description=__doc__, epilog=_SETTINGS).parse_args()
    stop = Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    print("Starting…", flush=True)
    try:
        with running(
            _port(),
            partners=_path("PARTNERS"),
            digid_metadata=_path("DIGID_METADATA"),
            digid_roots=_path("DIGID_ROOTS"),
            digid_by_artifact=_digid_by_artifact(),
        ) as stack:
            print(_table(stack), flush=True)
            try:
                stop.wait()
            finally:
                print("\nStopping…", flush=True)
    except KeyboardInterrupt:
        return 0
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 1024 <= int(text) <= 65000:
        raise CannotStart(f"PORT={text} is not a port between 1024 and 65000")
    return int(text)


def _digid_by_artifact() -> bool | None:
    """Return what was asked for; None for what the identity provider's metadata offers."""
    text = os.environ.get("DIGID_ANSWER")
    if text not in (None, "", "post", "artifact"):
        raise CannotStart(f"DIGID_ANSWER={text} is neither post nor artifact")
    return text == "artifact" if text else None


def _path(name: str) -> Path | None:
    text = os.environ.get(name)
    if not text:
        return None
    if not (path := Path(text)).exists():
        raise CannotStart(f"{name}={text} does not exist")
    return path


def _table(stack: Stack) -> str:
    addresses = [
        ("DigiD Machtigen", stack.application),
        ("Gemeente Voorbeeld (service provider)", stack.provider),
        ("DigiD (stand-in)", stack.digid),
        ("Letterbox (letters as PDF)", stack.letterbox),
        ("Test kit for providers", stack.kit),
        ("Artifact resolution with a client certificate", f"{stack.back_channel}/saml/artifact"),
    ]
    people = [(person.bsn, person.born, f"{person.name}, {person.note}".lstrip(", ")) for person in persons().values()]
    lines = ["", *(f"  {name:<48}{address}" for name, address in addresses), ""]
    lines += [f"  partner {line}" for line in stack.partners]
    lines += [f"  left out: {line}" for line in stack.left_out]
    lines += ["  Test persons (BSN, date of birth, name):", *(f"  {bsn}  {born}  {name}" for bsn, born, name in people)]
    return "\n".join([*lines, "", "  Ready. Stop with Ctrl-C.", ""])


if __name__ == "__main__":
    sys.exit(main())
