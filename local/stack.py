"""The whole laptop stack: AWS and the application in this process, every other party in one of its own."""

import os
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from chalicelib.application import application
from chalicelib.errors import InvalidMessage
from chalicelib.letters.contract.states import VendorKind
from chalicelib.saml.partners.roles import read_service_provider
from chalicelib.settings import Settings
from chalicelib.wiring import Wiring, of_process
from local import aws, events, identities
from local.beside import beside
from local.brp.telling import tell_deaths, to_queue
from local.gateway import Gateway
from local.letterbox.paper import InBucket, InFolder
from local.letterbox.posting import post_letters
from local.letterbox.site import letterbox_site
from local.outside import Printer, outside_vendor, urls_of_queues
from local.papers import papers
from local.partners import register_folder, register_municipality
from local.serving import HOST, mutual_tls, serve_in_thread
from provisioning.digid import pin
from provisioning.keys import new_key_pair
from provisioning.tables import TABLES

_ROOT = Path(__file__).parent.parent
_READY_WITHIN = 30.0
_NEEDED = 5
"""Ports that must be free. What stands behind them is left out where its port is taken."""


class CannotStart(Exception):
    """Why the stack cannot start, and what to do."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Addresses of a running stack."""

    port: int
    partners: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """What does not run because its port is taken."""
    for_your_client: list[str] = field(default_factory=list)
    """What a print vendor's client needs that somebody starts beside it; nothing where ours prints."""

    def address(self, offset: int = 0) -> str:
        return f"http://localhost:{self.port + offset}"

    @property
    def application(self) -> str:
        return self.address()

    @property
    def provider(self) -> str:
        return self.address(1)

    @property
    def digid(self) -> str:
        return self.address(2)

    @property
    def letterbox(self) -> str:
        return self.address(3)

    @property
    def back_channel(self) -> str:
        """The application once more, where partners show a client certificate."""
        return f"https://localhost:{self.port + 5}"

    @property
    def kit(self) -> str:
        return self.address(7)

    @property
    def brp(self) -> str:
        return self.address(4)


@contextmanager
def running(
    port: int,
    *,
    partners: Path | None = None,
    digid_metadata: Path | None = None,
    digid_roots: Path | None = None,
    digid_by_artifact: bool | None = None,
    vendor: Printer = Printer.FUNCTION,
) -> Iterator[Stack]:
    """Start everything on `port` to `port + 7`, and stop it at the end. Raises `CannotStart`."""
    stack = Stack(port)
    check_ports(stack)
    with ExitStack() as exit_stack:
        # The other processes start while this one makes its resources.
        exit_stack.enter_context(process("digid", stack.digid, stack.application))
        exit_stack.enter_context(process("provider", stack.provider, stack.application))
        if _free(stack.port + 7, "the test kit", stack):
            exit_stack.enter_context(process("kit", stack.kit, stack.application))
        exit_stack.enter_context(aws.in_process())
        # As a function in the cloud: queues and schedules start those with what the environment tells them.
        os.environ.update(settings(stack, vendor.kind).environment)
        wired = of_process()
        wired.papers = papers(wired)
        exit_stack.enter_context(process("brp", stack.brp, stack.application, BRP_KEY=wired.secret("brp-key")["key"]))
        _serve(stack, wired, vendor, exit_stack)
        roots = digid_roots.read_bytes() if digid_roots else fetch(f"{stack.digid}/root.pem")
        pinned = digid_metadata.read_bytes() if digid_metadata else fetch(f"{stack.digid}/metadata")
        _pin(wired, pinned, roots.decode(), by_artifact=digid_by_artifact)
        register_municipality(wired.catalogue, fetch(f"{stack.provider}/metadata"), datetime.now(UTC))
        if partners is not None:
            stack.partners.extend(register_folder(wired.catalogue, partners, datetime.now(UTC)))
        if _free(stack.port + 5, "artifact resolution with a client certificate", stack):
            _serve_back_channel(wired, stack, exit_stack)
        yield stack


def _pin(wired: Wiring, metadata: bytes, roots: str, *, by_artifact: bool | None) -> None:
    try:
        pin(wired.catalogue, metadata, datetime.now(UTC), by_artifact=by_artifact, roots=roots)
    except InvalidMessage as error:
        raise CannotStart(f"DIGID_METADATA is refused: {error.told}") from None


def _serve_back_channel(wired: Wiring, stack: Stack, exit_stack: ExitStack) -> None:
    """Serve the application once more over TLS, to partners that show a certificate of their metadata."""
    now = datetime.now(UTC)
    connections = [wired.catalogue.connection(source.entity_id) for source in wired.catalogue.sources()]
    trusted = [
        certificate.pem
        for connection in connections
        for certificate in read_service_provider(connection.metadata, now).signing
    ]
    tls = mutual_tls(new_key_pair("localhost", host="localhost"), trusted)
    back_channel = serve_in_thread(Gateway(application(wired), stack.back_channel), stack.port + 5, tls)
    exit_stack.callback(back_channel.shutdown)


def settings(stack: Stack, vendor: VendorKind = VendorKind.FUNCTION) -> Settings:
    return Settings(
        {
            "BASE_URL": stack.application,
            "BACK_CHANNEL_URL": stack.back_channel,
            "COMBICONNECT_ENTITY_ID": identities.COMBICONNECT,
            "DIGID_ENTITY_ID": identities.DIGID,
            "MACHTIGEN_ENTITY_ID": identities.MACHTIGEN,
            **{f"{table.upper()}_TABLE": f"{aws.NAME}-{table}" for table in TABLES},
            "LETTER_QUEUE": aws.client("sqs").get_queue_url(QueueName=f"{aws.NAME}-letters")["QueueUrl"],
            "CHECK_QUEUE": aws.client("sqs").get_queue_url(QueueName=f"{aws.NAME}-checks")["QueueUrl"],
            "PRINT_VENDOR": vendor,
            "LETTER_STATUS_SENDERS": "any",
            "PAGE_FUNCTION": f"{aws.NAME}-set_page",
            "LETTER_LIMITS": "1,5,3,10",
            "ASKER_LIMITS": "10,30",
            "LOOK_UP_LIMITS": "3,5",
            "SERVICES_PER_VISIT": "5",
            "CANARY_ADDRESS": "off",
            "LETTER_BUCKET": aws.BUCKET,
            "VENDOR_KEYS": f"{aws.NAME}/print-vendor-keys",
            "FIELD_KEY": f"alias/{aws.NAME}-fields",
            "SECRETS_PREFIX": aws.NAME,
            "BRP_URL": f"{stack.brp}/haalcentraal/api/brp",
            "AWS_REGION": aws.REGION,
        }
    )


def _serve(stack: Stack, wired: Wiring, vendor: Printer, exit_stack: ExitStack) -> None:
    served = serve_in_thread(Gateway(application(wired), stack.application), stack.port)
    exit_stack.callback(served.shutdown)
    stop = threading.Event()
    from app import app

    threads = [*events.drive(app, stop), tell_deaths(stack.brp, to_queue, stop)]
    paper: InFolder
    if vendor.kind is VendorKind.OUTSIDE:
        outside = exit_stack.enter_context(outside_vendor(*urls_of_queues(), started=vendor is Printer.OUTSIDE))
        paper = InFolder(outside.folder)
        if vendor is Printer.YOURS:
            stack.for_your_client.extend(outside.told())
    else:
        from print_vendor.app import app as print_vendor

        box = Path(exit_stack.enter_context(TemporaryDirectory(prefix="letterbox-")))
        paper, printed = InFolder(box), InBucket(aws.client("s3"), aws.BUCKET)
        postman = post_letters(printed, box / "brought", aws.client("sqs"), stop)
        threads += [*events.drive(print_vendor, stop), postman]
    letterbox = serve_in_thread(letterbox_site(paper, stack.letterbox, wired), stack.port + 3)
    exit_stack.callback(letterbox.shutdown)
    for thread in threads:
        exit_stack.callback(thread.join, 2)
    exit_stack.callback(stop.set)


@contextmanager
def process(name: str, address: str, application: str, **extra: str) -> Iterator[None]:
    """Run a simulator until the end, and never longer than we do. `application` is the address that it asks."""
    with beside("local.party", name, address.rpartition(":")[2], application, hidden="stderr", extra=extra):
        yield


def check_ports(stack: Stack) -> None:
    for port in range(stack.port, stack.port + _NEEDED):
        if not _can_bind(port):
            raise CannotStart(f"Port {port} is in use. Choose another start, for example: make run PORT=9000")


def _free(port: int, what: str, stack: Stack) -> bool:
    """Tell whether a port is free; note what has to be left out when it is not."""
    if _can_bind(port):
        return True
    stack.left_out.append(f"{what}: port {port} is in use")
    return False


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def fetch(address: str) -> bytes:
    """Fetch something from a party that may still be starting."""
    deadline = time.monotonic() + _READY_WITHIN
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own stack
                fetched: bytes = answer.read()
                return fetched
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise CannotStart(f"{address} did not answer within {_READY_WITHIN:.0f} seconds") from None
            time.sleep(0.1)
