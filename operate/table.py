"""The catalogue table that a command works on: of a stage, or named."""

import argparse
import os

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.storage.tables import CatalogueTable
from operate.deploy.stages import STAGES, read_stage
from provisioning.command import CannotGoOn


def add_options(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("CATALOGUE_TABLE", "digid-machtigen-catalogue")
    parser.add_argument("--stage", choices=STAGES, help="the catalogue of a stage")
    parser.add_argument("--table", default=default, help=f"or one in the region of your credentials ({default})")


def catalogue(asked: argparse.Namespace) -> DynamoCatalogue:
    """Return the catalogue that the options name. Raises `CannotGoOn` when the stage cannot be reached."""
    # Imported here: not for --help.
    import boto3  # noqa: PLC0415

    from operate.deploy.account import Account  # noqa: PLC0415

    if asked.stage is None:
        try:
            client = boto3.client("dynamodb")
        except ValueError as error:
            # An empty region, or a misspelt one, is refused in many ways.
            raise CannotGoOn(f"The region is not one: {error}. Mend AWS_DEFAULT_REGION, or name a stage.") from None
        return DynamoCatalogue(CatalogueTable(client, asked.table))
    stage = read_stage(asked.stage)
    return DynamoCatalogue(CatalogueTable(Account.of(stage).client("dynamodb"), f"{stage.prefix}-catalogue"))
