"""`make docs`: documents that are made from the code, so that they cannot say anything else."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib.observe import Metric
from chalicelib.settings import READ_BY_LIBRARIES, documented
from operate import data
from print_vendor.observe import METRICS
from print_vendor.settings import documented as of_print_vendor
from provisioning.command import command

FOLDER = Path(__file__).parent.parent / "docs"

_CONFIGURATION = """\
# Configuration

Made from `chalicelib/settings.py` and `print_vendor/settings.py` by `make docs`; a test keeps it true. Every key is an environment
variable of a function. The template gives each function the keys that it uses and no others; a key that is missing or wrong stops the
function when it is first used, and the log names it. No key holds a secret: secrets are in Secrets Manager, named
`<SECRETS_PREFIX>/<secret>`, and a function notices within five minutes when one changes.

| key | meaning | example |
| --- | --- | --- |
{keys}

Of the print vendor's function:

| key | meaning | example |
| --- | --- | --- |
{vendor}

Read by Powertools itself:

| key | meaning | example |
| --- | --- | --- |
{libraries}

## Secrets

| secret | holds | rotates |
| --- | --- | --- |
| person-key | `key`: base64 of 32 bytes, under which people get pseudonyms | never: it names every person |
| code-peppers | `current`, `keys` by id: base64 of 32 bytes, under which codes are hashed, and since when others are `replaced` | add a next one; older letters still work |
| saml-key, saml-digid-key, saml-machtigen-key | `keys`: PEM `key`, PEM `certificate`, `active_from` | add a next one; it is published before it signs |
| saml-encryption-key | the same, with which identity providers other than DigiD encrypt for us | the same |
| print-vendor-keys | `keys`: private RSA keys of our print function, a JWK Set; `replaced`: since when others are | add a next one; what lies in queues still opens |
| letter-key, page-key | public RSA key (JWK) of who prints letters, and of our function that sets pages | with print-vendor-keys; an outside vendor's `letter-key` is put |
| brp-key | `key` of a gateway before the population register, or `token_url`, `client_id`, `client_secret`, `scope`, `resource_server`; `certificate` and `private_key`, `authority` (all PEM) | put the new one |

`python -m operate.secrets STAGE --help` shows, adds and retires them.

## A stage

`operate/stages/<stage>.yaml` says where a stage is deployed: `region`, `account` (the only one that is accepted), `catalogue` and
`digid` (files beside it: `metadata`, and `roots` of its back channel as PEM; `by_artifact: false` for answers by POST) and
`parameters` of the template. `BrpUrl` must be given, and where providers connect
(acceptance, production) the three entityIDs; `BaseUrl` follows from `DomainName`, or from the stage's own address.
"""

_METRICS = """\
# Metrics

Made from `chalicelib/observe.py` and `print_vendor/observe.py` by `make docs`; a test keeps it true. Metrics are written to the log
in CloudWatch's embedded metric format, under the name of the stack, with the function as the dimension `service`. None of them names
anybody.

| metric | unit | what it means |
| --- | --- | --- |
{metrics}
"""


def documents() -> dict[Path, str]:
    """Return each document with its text."""
    keys = [(f"`{key}`", setting.meaning, f"`{setting.example}`") for key, setting in documented()]
    libraries = [(f"`{key}`", meaning, f"`{example}`") for key, (meaning, example) in READ_BY_LIBRARIES.items()]
    vendor = [(f"`{key}`", meaning, f"`{example}`") for key, meaning, example in of_print_vendor()]
    metrics = [(f"`{metric}`", metric.unit, metric.meaning) for metric in Metric]
    metrics += [(f"`{metric}`", "Count", meaning) for metric, meaning in METRICS.items()]
    return {
        FOLDER / "configuration.md": _CONFIGURATION.format(
            keys=_rows(keys), vendor=_rows(vendor), libraries=_rows(libraries)
        ),
        FOLDER / "data.md": data.document(),
        FOLDER / "metrics.md": _METRICS.format(metrics=_rows(metrics)),
    }


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@command
def main(arguments: Sequence[str]) -> int:
    """Write each document. Returns 0."""
    argparse.ArgumentParser(prog="python -m operate.documents", description=__doc__).parse_args(arguments)
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
        print(f"written: {path.relative_to(FOLDER.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
