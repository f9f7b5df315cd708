"""The stack in the foreground of a terminal: its settings, what it prints, and its end."""

import os
import sys
from pathlib import Path

from local.digid.forms import FORMS
from local.outside import Printer
from local.persons import persons
from local.stack import CannotStart, Stack, running
from local.stopping import Stop


def run(stop: Stop) -> int:
    """Run the stack until it is stopped; return 1 if it cannot start. Raises `KeyboardInterrupt`."""
    try:
        _check_form()
        with running(
            _port(),
            partners=_path("PARTNERS"),
            digid_metadata=_path("DIGID_METADATA"),
            digid_roots=_path("DIGID_ROOTS"),
            digid_by_artifact=_digid_by_artifact(),
            vendor=_vendor(),
        ) as stack:
            print(table(stack), flush=True)
            try:
                stop.wait()
            finally:
                print("\nStopping…", flush=True)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 1024 <= int(text) <= 65000:
        raise CannotStart(f"PORT={text} is not a port between 1024 and 65000")
    return int(text)


def _check_form() -> None:
    text = os.environ.get("DIGID_FORM")
    if text and text not in FORMS:
        raise CannotStart(f"DIGID_FORM={text} is none of: {'; '.join(FORMS)}")


def _vendor() -> Printer:
    text = os.environ.get("VENDOR") or Printer.FUNCTION
    if text not in list(Printer):
        raise CannotStart(f"VENDOR={text} is none of: {', '.join(Printer)}")
    return Printer(text)


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


def table(stack: Stack) -> str:
    """Return what is told when all runs: the addresses last, because a terminal shows its last lines."""
    addresses = [
        ("DigiD Machtigen", stack.application),
        ("Gemeente Voorbeeld (service provider)", stack.provider),
        ("DigiD (stand-in)", stack.digid),
        ("Letterbox (letters as PDF)", stack.letterbox),
        ("Population register (somebody dies)", stack.brp),
        ("Test kit for providers", stack.kit),
        ("Artifact resolution with a client certificate", f"{stack.back_channel}/saml/artifact"),
    ]
    people = [(one.bsn, one.birth_date, f"{one.name}, {one.note}".lstrip(", ")) for one in persons().values()]
    lines = [
        "",
        "  Test persons (BSN, date of birth, name):",
        *(f"  {bsn}  {born}  {name}" for bsn, born, name in people),
    ]
    lines += ["", *(f"  {name:<48}{address}" for name, address in addresses), ""]
    lines += [f"  partner {line}" for line in stack.partners]
    lines += [f"  {line}" for line in stack.for_your_client]
    lines += [f"  left out: {line}" for line in stack.left_out]
    return "\n".join([*lines, "  Ready. Stop with Ctrl-C.", ""])
