"""The catalogue table that a command works on: named by an option, or by the environment as for the functions."""

import argparse
import os

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.dynamo import Table


def add_option(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("CATALOGUE_TABLE", "digid-machtigen-catalogue")
    parser.add_argument("--table", default=default, help=f"in the account and region of your credentials ({default})")


def catalogue(name: str) -> DynamoCatalogue:
    import boto3  # noqa: PLC0415 - not for --help

    return DynamoCatalogue(Table(boto3.client("dynamodb"), name))
