"""`python -m operate.secrets STAGE …`: create what is missing, add a next key, take one out. Shows ids, never keys.

    show                          every secret: which keys it holds, since when, and until when their certificates last
    add saml-key --from INSTANT   a next key, published at once and used from that instant; --key and --certificate
                                  bring your own (PEM), otherwise one with a self-signed certificate is made
    add code-peppers              a next pepper: new letters use it, the codes of older letters still work
    retire saml-key ID            take a key or pepper out that is no longer used
    add print-vendor-keys         a next key of our own print function: from now on it is sealed for under that one
    put letter-key                the public key (JWK, read from standard input) of an outside vendor who prints them;
                                  --ours: of our own print function, when it prints again
    put brp-key                   how we show ourselves to the population register, read from standard input: the key of
                                  a gateway, or JSON with token_url, client_id, client_secret, scope, resource_server

Functions notice within five minutes: nothing is deployed. `person-key` cannot rotate: it names every person.
"""

import argparse
import getpass
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.people.brp.access import check
from chalicelib.saml.craft.keys import OurKeys
from chalicelib.settings import ConfigurationError
from operate.deploy.account import Account
from operate.deploy.stages import STAGES, read_stage
from operate.instants import instant
from operate.secrets.rotation import Refused, add_key, add_pepper, ids, in_use, named, retire
from operate.secrets.store import has_value, read, write
from operate.secrets.vendor import add_vendor_key, letter_key, our_letter_key, retire_vendor_key, shown
from provisioning.command import command
from provisioning.keys import KeyPair, new_key_pair
from provisioning.secrets import DAYS, KEYS, LETTER_KEY, VENDOR_KEYS


@command
def main(arguments: Sequence[str], manager: Any = None) -> int:  # noqa: ANN401
    """Return 0, or 1 when nothing was changed, with the reason."""
    asked, now = _asked(arguments), datetime.now(UTC)
    stage = read_stage(asked.stage, asked.stage_file)
    if manager is None:
        manager = Account.of(stage).client("secretsmanager")
    _do(manager, stage.prefix, asked, now)
    return 0


def _do(manager: Any, prefix: str, asked: argparse.Namespace, now: datetime) -> None:  # noqa: ANN401
    if asked.action == "put":
        write(manager, f"{prefix}/{asked.secret}", _told(manager, prefix, asked))
        print(f"{asked.secret} is written.")
        return
    if asked.action != "show" and asked.secret == VENDOR_KEYS:
        if asked.action == "add":
            add_vendor_key(manager, prefix, now)
        else:
            retire_vendor_key(manager, prefix, asked.id, now)
        print(*shown(manager, prefix), sep="\n")
        return
    if asked.action != "show":
        _change(manager, f"{prefix}/{asked.secret}", asked, now)
    for name in (*KEYS, "code-peppers") if asked.action == "show" else (asked.secret,):
        _show(name, read(manager, f"{prefix}/{name}"), now)
    if asked.action == "show" and has_value(manager, f"{prefix}/{LETTER_KEY}"):
        print(*shown(manager, prefix), sep="\n")


def _told(manager: Any, prefix: str, asked: argparse.Namespace) -> dict[str, Any]:  # noqa: ANN401
    if asked.secret != LETTER_KEY:
        if asked.ours:
            raise Refused("--ours is for letter-key")
        return _access(asked)
    return our_letter_key(manager, prefix) if asked.ours else letter_key(_typed())


def _change(manager: Any, secret_id: str, asked: argparse.Namespace, now: datetime) -> None:  # noqa: ANN401
    value = read(manager, secret_id)
    if asked.action == "retire":
        changed = retire(value, asked.id, now)
    elif asked.secret not in KEYS:
        changed = add_pepper(value, now)
    else:
        changed = add_key(value, _given(asked), asked.active_from or now)
    write(manager, secret_id, changed)


def _access(asked: argparse.Namespace) -> dict[str, Any]:
    """Return how we show ourselves to the population register: a key, or a JSON object; certificates are in files."""
    text = _typed()
    try:
        told = json.loads(text) if text.startswith("{") else {"key": text}
        files = {"certificate": asked.certificate, "private_key": asked.key, "authority": asked.authority}
        shown = {**told, **{name: path.read_text() for name, path in files.items() if path}}
        if not all(isinstance(value, str) for value in shown.values()):
            raise Refused("brp-key is wrong: every value has to be a text")
        check(shown)
    except ConfigurationError as error:
        raise Refused(str(error)) from None
    except ValueError:
        raise Refused("brp-key is wrong: this is no JSON") from None
    return shown


def _typed() -> str:
    text = getpass.getpass("Key: ") if sys.stdin.isatty() else sys.stdin.read()
    if not (key := text.strip()):
        raise Refused("Nothing was given, so nothing was written.")
    return key


def _given(asked: argparse.Namespace) -> KeyPair:
    if bool(asked.key) != bool(asked.certificate):
        raise Refused("--key and --certificate go together")
    if asked.key:
        return KeyPair(asked.key.read_text(), asked.certificate.read_text())
    return new_key_pair("DigiD Machtigen", days=DAYS)


def _show(name: str, value: dict[str, Any], now: datetime) -> None:
    used = in_use(value, now)
    if "current" in value:
        print(f"{name}: {', '.join(f'{one} (in use)' if one == used else one for one in ids(value))}")
        return
    for since, key in OurKeys.from_secret(name, json.dumps(value)).dated:
        which, ends = named(key), key.certificate.expires_at
        mark = "in use" if which == used else "next" if since > now else "former"
        print(f"{name}  {which}  from {since:%Y-%m-%d %H:%M}  certificate until {ends:%Y-%m-%d}  {mark}")


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.secrets", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--stage-file", type=Path, help="instead of operate/stages/<stage>.yaml")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("show")
    add = actions.add_parser("add")
    add.add_argument("secret", choices=(*KEYS, "code-peppers", VENDOR_KEYS))
    add.add_argument("--from", dest="active_from", type=instant, metavar="INSTANT")
    add.add_argument("--key", type=Path)
    add.add_argument("--certificate", type=Path)
    gone = actions.add_parser("retire")
    gone.add_argument("secret", choices=(*KEYS, "code-peppers", VENDOR_KEYS))
    gone.add_argument("id")
    put = actions.add_parser("put")
    put.add_argument("secret", choices=("brp-key", LETTER_KEY))
    put.add_argument("--ours", action="store_true", help="letter-key: our own print function's newest key")
    put.add_argument("--certificate", type=Path, help="the client certificate that the register wants (PEM)")
    put.add_argument("--key", type=Path, help="its private key (PEM)")
    put.add_argument("--authority", type=Path, help="who signed the register's own certificate, if nobody public (PEM)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
