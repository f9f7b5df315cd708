"""Letting each deployed function do everything that it is for, so that a right that is missing shows."""

import base64
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from werkzeug.wrappers import Request, Response

from chalicelib.catalogue.items import Source
from chalicelib.catalogue.model import Connection, EntityId, Profile
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import NotFound
from chalicelib.letters.contract.letter import Reader
from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep
from chalicelib.letters.posting import StaleLetter
from chalicelib.letters.receivers import receiver_of
from chalicelib.mandates.living.leaving import write_death
from chalicelib.mandates.model.codes import generate, grouped
from chalicelib.mandates.register.notices import NOTICES
from chalicelib.people.vault import KmsVault
from chalicelib.saml.partners.registration import import_metadata
from chalicelib.storage.tables import CatalogueTable
from local.serving import mutual_tls, serve_in_thread
from provisioning.keys import KeyPair
from tests.browser.people import someone
from tests.builders import a_letter
from tests.deploy.emulator import ACCOUNT, REGION, client
from tests.deploy.rights import ROLES, Policy
from tests.deploy.walking import SERVICE, Walker, activate, ask, ask_for, read_code, signed_in_for
from tests.deploy.world import NAME, World, eventually, schedule
from tests.saml.national import ENTITY_ID, SUPPLIER, SUPPLIER_KEYS, NationalProvider

BUCKET = f"{NAME}-letters-{ACCOUNT}"
_LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{NAME}-functions:log-stream:x"
_LOGGING = [("logs:CreateLogStream", _LOGS), ("logs:PutLogEvents", _LOGS)]
TAKES = {
    "CheckRequest": "checks",
    "PrintLetter": "letters",
    "EndAtDeath": "deaths",
    "TakeLetterStatus": "letter-statuses",
}
"""From which queue Lambda takes messages for a function."""
_PARKING = "11111111-1111-4111-8111-111111111111"
_METADATA = 6
"""Offset of the port at which a partner publishes metadata."""

_AS_LONG_AS_A_MESSAGE_IS_HIDDEN = 240
"""Seconds, and a minute more: what failed once, as when the machine is busy, comes again only then."""

Probe = Callable[[World, str, str], None]


class NotDone(Exception):
    """Something that a function has to do was not done."""


REMEMBERED = {
    *("SealAndOpenFields", "OpenLettersOfBefore", "ReadKeys", "ReadSecrets", "ReadTheKeyOfWhoPrints"),
    "ReadByWhatNameWeKnowPeople",
}
"""Rights whose fruits a process remembers: whether they are there shows in a new process only."""


def works(function: str, world: World, base: str, without: str = "") -> None:
    """Let a function do everything that it is for. Raises `NotDone` or `AssertionError` when any of it is not done."""
    policy = Policy.of(world, function)
    # What Lambda does in a function's name the emulator does as itself: IAM's own simulation answers for it.
    for action, resource in [*_LOGGING, *_taking(function)]:
        if not policy.allows(action, resource):
            raise NotDone(action)
    if not without or without in REMEMBERED:
        world.start_afresh(function)
    _PROBES[function](world, base, without)


def _taking(function: str) -> list[tuple[str, str]]:
    queues = [f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}-{TAKES[function]}"] if function in TAKES else []
    actions = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    return [(f"sqs:{action}", queue) for queue in queues for action in actions]


def _api(world: World, base: str, without: str) -> None:
    """Live a whole life of a mandate, with a wrong code, a withdrawal, signing out, and /health."""
    forget_everyone(world)
    giver, helper = _two(world, base)
    case_id = ask(giver)
    _nothing_waits()
    if without in ("", "SealAndOpenFields"):
        # What one process sealed, another has to open.
        world.start_afresh("APIHandler")
    assert "Locks" in giver.get("/request").body
    code = read_code(giver, world.letters)
    helper.sign_in()
    wrong = {"bsn": giver.bsn.digits, "born": _born(giver), "code": grouped(generate(random.Random(7).randrange))}
    assert "do not belong together" in helper.submit("/activate", wrong).body
    activate(helper, giver, code)
    for binding in ("redirect", "post", "artifact"):
        assert signed_in_for(helper, case_id, binding).attributes["LegalSubjectID"] == giver.bsn.digits
    assert "Used to sign in" in giver.get(f"/mandates/{case_id}").body
    assert giver.submit(f"/mandates/{case_id}/revoke", {}).status == 303
    ask_for(helper, giver)
    _nothing_waits()
    again = ask(giver, handing="screen")
    assert "Locks" in giver.pdf(f"/requests/{again}/code.pdf")
    assert giver.submit(f"/requests/{again}/withdraw", {}).status == 303
    assert giver.submit("/logout", {"csrf": _token(giver)}).status == 303
    health = giver.get("/health")
    if health.status != 200:
        raise NotDone(health.body)


def _nothing_waits() -> None:
    """Notices are left for the sweeper on purpose: no change waits for one."""
    if any(_waits(row) for row in _rows("letters")):
        raise NotDone("a letter or check was not sent at once")


def _waits(row: dict[str, Any]) -> bool:
    # Of a letter that was sent a copy stays, which we cannot open, until who prints it has it.
    if row["sk"]["S"] == "CHECK":
        return "sealed" in row
    return row["pk"]["S"].startswith("OUTBOX") and not row["sk"]["S"].startswith(NOTICES.prefix)


def _check(world: World, base: str, _without: str) -> None:
    """Check what is asked for somebody with a wrong birth date, and with the right one, which is put off before."""
    forget_everyone(world)
    giver, helper = _two(world, base)

    def act() -> None:
        ask_for(helper, giver, wrong=True)
        ask_for(helper, giver, service=_PARKING)

    wrong, right = (_one_record(body) for body in _caught(world, "CheckRequest", "checks", act, 2))
    world.invoke("CheckRequest", wrong)
    (tries,) = (row for row in _rows("transient") if row["pk"]["S"].startswith("TRIES#look-up:"))
    dynamodb, table = client("dynamodb"), f"{NAME}-transient"
    dynamodb.put_item(TableName=table, Item={**tries, "n": {"N": "3"}})
    world.invoke("CheckRequest", right)
    if any("letter_id" in row for row in _rows("register")):
        raise NotDone("the check was not put off")
    dynamodb.delete_item(TableName=table, Key={"pk": tries["pk"], "sk": tries["sk"]})
    world.invoke("CheckRequest", right)
    _nothing_waits()
    ended = [row.get("ended", {}).get("S", "") for row in _rows("register") if row["sk"]["S"].startswith("REQUEST")]
    if sorted(ended) != ["", "undeliverable"]:
        raise NotDone(str(ended))
    read_code(giver, world.letters)
    _recall(world, base)


def _recall(world: World, base: str) -> None:
    """Ask the register again about a letter of two days ago, which has another address than it says."""
    letter_id = json.loads(unprinted(world, base))["letter_id"]
    (letter,) = (row for row in _rows("letters") if row["sk"]["S"] == "LETTER")
    other = a_letter(letter_id=letter_id, address=("Elders 1", "4321 BA  Elders"))
    vault = KmsVault(client("kms"), f"alias/{NAME}-fields")
    head = receiver_of(other, letter["receiver_case"]["S"], Reader.REPRESENTED, vault).head
    before = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    item = {**letter, "head": {"B": head}, "checked_at": {"S": before}}
    client("dynamodb").put_item(TableName=f"{NAME}-letters", Item=item)
    world.invoke("CheckRequest", _one_record(StaleLetter(letter_id).to_json()))
    (letter,) = (row for row in _rows("letters") if row["sk"]["S"] == "LETTER")
    (request,) = (row for row in _rows("register") if row["sk"]["S"].startswith("REQUEST"))
    if letter["state"]["S"] != "cancelled" or request.get("ended", {}).get("S") != "undeliverable":
        raise NotDone("the letter is not recalled")
    _nothing_waits()


def _one_record(body: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "1", "receiptHandle": "1", "body": body}]}


def _end_at_death(world: World, base: str, _without: str) -> None:
    """Take the death of somebody who gave a mandate, and asks for another."""
    forget_everyone(world)
    giver, helper = _two(world, base)
    ask(giver)
    code = read_code(giver, world.letters)
    helper.sign_in()
    activate(helper, giver, code)
    ask(giver, SERVICE)
    world.invoke("EndAtDeath", {"Records": [{"messageId": "1", "receiptHandle": "1", "body": write_death(giver.bsn)}]})
    for row in _rows("register"):
        if row["sk"]["S"].startswith(("GIVEN", "HELD")) and "revoked_at" not in row:
            raise NotDone("the mandate goes on")
        if row["sk"]["S"].startswith("REQUEST") and "ended" not in row:
            raise NotDone("the request is open")


def _take_letter_status(world: World, base: str, _without: str) -> None:
    """Take that a letter was printed, posted, and came back; and empty what was printed."""
    unprinted(world, base)
    _told(world, VendorStep.PRINTED)
    _told(world, VendorStep.POSTED)
    (request,) = (row for row in _rows("register") if row["sk"]["S"].startswith("REQUEST"))
    if "valid_days" in request:
        raise NotDone("its time does not count from the posting")
    _told(world, VendorStep.RETURNED, Mishap.MOVED)
    (request,) = (row for row in _rows("register") if row["sk"]["S"].startswith("REQUEST"))
    if request.get("ended", {}).get("S") != "undeliverable" or any(
        "CODE" in row["sk"]["S"] for row in _rows("register")
    ):
        raise NotDone("its code is not void")


def _told(world: World, step: VendorStep, reason: Mishap | None = None) -> None:
    """Hand the function what the vendor tells of the one letter that there is."""
    (letter,) = (row for row in _rows("letters") if row["sk"]["S"] == "LETTER")
    status = LetterStatus(letter["pk"]["S"].removeprefix("LETTER#"), step, datetime.now(UTC), reason)
    role = client("iam").get_role(RoleName=world.physical(ROLES["PrintLetter"]))["Role"]["RoleId"]
    record = _one_record(status.to_json())["Records"][0] | {"attributes": {"SenderId": f"{role}:PrintLetter"}}
    world.invoke("TakeLetterStatus", {"Records": [record]})


def _print(world: World, base: str, _without: str) -> None:
    message = unprinted(world, base)
    event = _one_record(message)
    world.invoke("PrintLetter", event)
    # Once more, as a queue may: it has to look why there is nothing to do.
    world.invoke("PrintLetter", event)
    letter_id = json.loads(message)["letter_id"]
    client("s3").head_object(Bucket=BUCKET, Key=f"letters/{letter_id}.pdf")
    (letter,) = (row for row in _rows("letters") if row["sk"]["S"] == "LETTER")
    if letter["state"]["S"] != "printed":
        raise NotDone("the letter is not marked as printed")
    _open_what_is_of_before(world, "PrintLetter", _one_record)
    message = unprinted(world, base)
    (letter,) = (row for row in _rows("letters") if row["sk"]["S"] == "LETTER")
    del letter["useful_until"]
    client("dynamodb").put_item(TableName=f"{NAME}-letters", Item=letter)
    world.invoke("PrintLetter", {"Records": [{"messageId": "1", "receiptHandle": "1", "body": message}]})
    if any(row["pk"]["S"].startswith("UNDERWAY") for row in _rows("letters")):
        raise NotDone("the letter is not cancelled")


def _set_page(world: World, base: str, _without: str) -> None:
    """Set a letter of the queue: what is handed over has the same form."""
    told = world.invoke("SetPage", json.loads(unprinted(world, base)))
    if not base64.b64decode(told["pdf"]).startswith(b"%PDF"):
        raise NotDone("no page was set")
    _open_what_is_of_before(world, "SetPage", json.loads)


def _open_what_is_of_before(world: World, function: str, event: Callable[[str], object]) -> None:
    """Hand over what is sealed as the release before sealed letters, and is none: its key opens, and it does not."""
    sealed = next(row["represented_bsn"]["B"] for row in _rows("register") if "represented_bsn" in row)
    message = json.dumps({"letter_id": "0", "sealed": base64.b64encode(sealed).decode()})
    try:
        world.invoke(function, event(message))
    except AssertionError as error:
        if "does not open in this context" in str(error):
            return
    raise NotDone("what the release before sealed is not opened")


def _sweep(world: World, base: str, _without: str) -> None:
    """Sweep a letter and a check that were written down an hour ago, and not sent."""
    forget_everyone(world)
    giver, helper = _two(world, base)
    with Policy.of(world, "APIHandler").without("SendLetters"):
        ask(giver)
    with Policy.of(world, "APIHandler").without("SendChecks"):
        ask_for(helper, giver)
    letters = client("dynamodb")
    for row in _rows("letters"):
        if row["pk"]["S"].startswith("OUTBOX"):
            since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
            letters.put_item(TableName=f"{NAME}-letters", Item={**row, "since": {"S": since}})
    world.invoke("SweepOutbox", schedule("SweepOutbox"))
    _nothing_waits()
    read_code(giver, world.letters)


def _watch_metadata(world: World, base: str, _without: str) -> None:
    """Look after a supplier that publishes metadata in which a provider is no longer behind it."""
    del base
    now, supplier = datetime.now(UTC), NationalProvider(SUPPLIER_KEYS, SUPPLIER, behind=ENTITY_ID)
    document = supplier.metadata()
    catalogue = DynamoCatalogue(CatalogueTable(client("dynamodb"), f"{NAME}-catalogue"))
    imported, gone = import_metadata(document, now), EntityId("urn:gone")
    connection = Connection(EntityId(SUPPLIER), "Supplier", imported.metadata, profile=Profile.COMBICONNECT)
    catalogue.put_connection(connection, {**imported.behind, gone: b"<gone/>"})
    port = world.stack.port + _METADATA
    catalogue.keep_version(Source(EntityId(SUPPLIER), f"https://localhost:{port}/", None), b"<older/>", now)
    keys = KeyPair((world.folder / "tls.key").read_text(), (world.folder / "tls.pem").read_text())
    published = serve_in_thread(Request.application(lambda _: Response(document)), port, mutual_tls(keys, []))
    try:
        world.invoke("WatchMetadata", schedule("WatchMetadata"))
        catalogue.provider_behind(SUPPLIER, gone)
    except NotFound:
        return
    finally:
        published.shutdown()
        published.server_close()
        catalogue.drop_connection(SUPPLIER)
    raise NotDone("the provider is still behind its supplier")


def _watch_letters(world: World, base: str, _without: str) -> None:
    """Count a letter that nobody has taken from the queue: it is under way, so its row is read. And ask for ours."""
    unprinted(world, base)
    world.invoke("WatchLetters", schedule("WatchLetters"))
    if not any(row["pk"]["S"].startswith("LETTER#ca20") for row in _rows("letters")):
        raise NotDone("no test letter is asked for")


def _watch_health(world: World, base: str, _without: str) -> None:
    del base
    world.invoke("WatchHealth", schedule("WatchHealth"))


_PROBES: dict[str, Probe] = {
    "APIHandler": _api,
    "CheckRequest": _check,
    "EndAtDeath": _end_at_death,
    "PrintLetter": _print,
    "SetPage": _set_page,
    "SweepOutbox": _sweep,
    "TakeLetterStatus": _take_letter_status,
    "WatchLetters": _watch_letters,
    "WatchMetadata": _watch_metadata,
    "WatchHealth": _watch_health,
}


def _two(world: World, base: str) -> tuple[Walker, Walker]:
    return Walker(world, base, someone("Vera van der Gever")), Walker(world, base, someone("Henk Helper"))


def _born(walker: Walker) -> str:
    year, month, day = walker.someone.born.split("-")
    return f"{day}-{month}-{year}"


def _token(walker: Walker) -> str:
    page = walker.get("/mandates").body
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def unprinted(world: World, base: str) -> str:
    """Return the message of a letter that nobody has taken from the queue."""
    forget_everyone(world)
    (body,) = _caught(world, "PrintLetter", "letters", lambda: ask(_two(world, base)[0]), 1)
    return body


def _caught(world: World, function: str, queue: str, act: Callable[[], object], number: int) -> list[str]:
    """Do something, and return so many messages that it put in a queue, which the function there did not get."""
    functions, sqs = client("lambda"), client("sqs")
    (mapping,) = functions.list_event_source_mappings(FunctionName=world.physical(function))["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        time.sleep(1)
        act()
        url = sqs.get_queue_url(QueueName=f"{NAME}-{queue}")["QueueUrl"]
        bodies = []
        for _ in range(number):
            (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(str(message["Body"]))
        return bodies
    finally:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def forget_everyone(world: World) -> None:
    """Empty what is kept of people, so that everybody may ask and guess again.

    Raises `TimeoutError` when a queue does not empty: that is no right that is missed.
    """
    sqs, s3, dynamodb = client("sqs"), client("s3"), client("dynamodb")
    for queue in ("checks", "letters"):
        url = sqs.get_queue_url(QueueName=f"{NAME}-{queue}")["QueueUrl"]
        try:
            eventually(partial(_is_empty, sqs, url), _AS_LONG_AS_A_MESSAGE_IS_HIDDEN)
        except AssertionError:
            raise TimeoutError(f"{queue} does not empty") from None
    for table in ("register", "letters", "transient"):
        for row in _rows(table):
            dynamodb.delete_item(TableName=f"{NAME}-{table}", Key={"pk": row["pk"], "sk": row["sk"]})
    for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=one["Key"])
    world.letters.clear()


def _is_empty(sqs: Any, url: str) -> bool:
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return not any(
        int(one) for one in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=counts)["Attributes"].values()
    )


def _rows(table: str) -> list[dict[str, Any]]:
    return list(client("dynamodb").scan(TableName=f"{NAME}-{table}")["Items"])
