"""The same stack on its domain, without a prefix: the way citizens see it."""

import os
import subprocess
import sys

from tests.browser.people import someone
from tests.deploy.emulator import ROOT, client
from tests.deploy.shapes import shapes
from tests.deploy.walking import Walker, ask, read_code
from tests.deploy.world import NAME, World, eventually, schedule


def test_on_the_domain_everything_is_as_on_the_laptop(on_domain: str, laptop: str) -> None:
    ours, theirs = shapes(on_domain), shapes(laptop)
    assert {what: shape for what, shape in ours.items() if shape != theirs[what]} == {}


def test_the_life_of_a_mandate_in_a_browser_in_both_languages(world: World, on_domain: str) -> None:
    """With the demo provider (python3-saml), DigiD and population register as processes of their own."""
    assert on_domain == world.stack.application
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/browser/test_journey.py"]
    environment = {**own, "RUNNING_STACK": str(world.stack.port)}
    walked = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert walked.returncode == 0, walked.stdout


def test_the_gateway_has_our_page_for_when_the_function_cannot_answer(world: World, on_domain: str) -> None:
    """Set, and not shown: the emulator answers by itself when a function fails."""
    page = client("apigateway").get_gateway_response(restApiId=world.outputs()["RestAPIId"], responseType="DEFAULT_5XX")
    (text,) = page["responseTemplates"].values()
    assert "Wij kunnen nu geen antwoord geven" in text
    assert f'href="{on_domain}/?lang=en"' in text


def test_schedules_and_queues_are_connected_to_their_functions(world: World, on_domain: str) -> None:  # noqa: ARG001
    events, functions = client("events"), client("lambda")
    rates = {}
    for rule in events.list_rules()["Rules"]:
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            rates[target["Arn"].rpartition(":")[2]] = rule["ScheduleExpression"]
    expected = {
        "SweepOutbox": "rate(1 minute)",
        "WatchLetters": "rate(6 hours)",
        "WatchMetadata": "rate(1 hour)",
        "WatchHealth": "rate(5 minutes)",
    }
    assert rates == {world.physical(name): rate for name, rate in expected.items()}
    for name in ("PrintLetter", "CheckRequest", "EndAtDeath"):
        (mapping,) = functions.list_event_source_mappings(FunctionName=world.physical(name))["EventSourceMappings"]
        assert (mapping["BatchSize"], mapping["State"]) == (1, "Enabled")


def test_each_schedule_does_its_work_and_measures(world: World, on_domain: str) -> None:  # noqa: ARG001
    for name in ("SweepOutbox", "WatchLetters", "WatchMetadata", "WatchHealth"):
        world.invoke(name, schedule(name))
    measured = {name: line[name][0] for line in world.lines() for name in line if "_aws" in line and name[0].isupper()}
    assert measured["OldestUnsentLetter"] == measured["OldestUnsentCheck"] == 0
    assert measured["LettersNok"] == measured["LettersNotAccepted"] == measured["LettersNotPosted"] == 0
    assert measured["DependencyDown"] == 0
    assert 0 < measured["PartnerDaysLeft"] <= 365
    assert 0 < measured["CertificateDaysLeft"] <= 365


def test_metrics_carry_the_names_of_stack_and_function(world: World, on_domain: str) -> None:  # noqa: ARG001
    written = [line for line in world.lines() if "_aws" in line]
    assert {line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in written} == {NAME}
    assert {line["service"] for line in written} == {
        "api",
        "check-request",
        "print-letter",
        "sweep-outbox",
        "watch-letters",
        "watch-metadata",
        "watch-health",
    }


def test_a_message_that_is_no_letter_ends_among_the_dead_and_holds_up_no_other(world: World, on_domain: str) -> None:
    sqs = client("sqs")
    url, dead = (sqs.get_queue_url(QueueName=f"{NAME}-{name}")["QueueUrl"] for name in ("letters", "letters-dead"))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    sqs.send_message(QueueUrl=url, MessageBody='{"letter_id": "no letter", "sealed": "no"}')
    walker = Walker(world, on_domain, someone("Gerda Geheim"))
    ask(walker, "22222222-2222-4222-8222-222222222222")
    read_code(walker, world.letters)

    def died() -> bool:
        count = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
        return int(count["ApproximateNumberOfMessages"]) == 1

    eventually(died, 60)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "180"})
    sqs.purge_queue(QueueUrl=dead)
