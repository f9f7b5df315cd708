"""The packaged template of each stage: what AWS is asked for."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from chalice.app import ScheduledEventConfig, SQSEventConfig

from app import app
from chalicelib.observe import Metric
from chalicelib.settings import READ_BY_LIBRARIES, documented
from operate.deploy.stages import STAGES, read_stage
from print_vendor.app import app as print_vendor
from print_vendor.observe import METRICS
from print_vendor.settings import documented as of_print_vendor
from tests.package.building import FUNCTIONS, check, packaged

Resource = dict[str, Any]

BOOK = (Path(__file__).parent.parent.parent / "docs" / "operations.md").read_text()
"""What operators read."""

_SOURCES = [*app.event_sources, *print_vendor.event_sources]
"""Queues and schedules that the code names."""

_COUNTED = {*Metric, *METRICS}


@pytest.fixture(params=STAGES)
def template(request: pytest.FixtureRequest) -> dict[str, Any]:
    return packaged(request.param)[1]


def _of(template: dict[str, Any], kind: str) -> dict[str, Resource]:
    found = {name: one for name, one in template["Resources"].items() if one["Type"] == f"AWS::{kind}"}
    assert found, kind
    return found


def test_the_package_holds_what_is_shipped_and_nothing_else() -> None:
    assert check() == []


def test_functions_are_given_documented_settings_only_and_each_is_given_to_one_that_uses_it() -> None:
    _, template = packaged("dev")
    given = set()
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            given |= set(resource["Properties"]["Environment"]["Variables"])
    given |= set(template["Globals"]["Function"]["Environment"]["Variables"])
    keys = {key for key, _ in documented()} | {key for key, _, _ in of_print_vendor()}
    assert given | {"AWS_REGION"} == keys | set(READ_BY_LIBRARIES)


def test_the_files_of_all_stages_can_be_read_up_to_what_the_operator_adds() -> None:
    assert read_stage("dev").region == "eu-west-1"
    for stage in ("acceptance", "production"):
        with pytest.raises(Exception, match=r"names files that are not there: .*catalogue"):
            read_stage(stage)


def test_every_function_has_memory_time_concurrency_and_a_name_of_its_own(template: dict[str, Any]) -> None:
    functions = _of(template, "Serverless::Function")
    assert set(functions) == set(FUNCTIONS)
    properties = [one["Properties"] for one in functions.values()]
    assert all(one["MemorySize"] >= 256 and one["Timeout"] <= 300 for one in properties)
    assert all(one["ReservedConcurrentExecutions"] >= 1 for one in properties)
    assert len({one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] for one in properties}) == len(FUNCTIONS)
    assert len({json.dumps(one["Role"]) for one in properties}) == len(FUNCTIONS), "no two share a role"
    assert {one["Tracing"] for one in properties} == {"PassThrough"}
    assert functions["APIHandler"]["Properties"]["Timeout"] < 29, "API Gateway gives up after 29 seconds"


def test_no_policy_has_a_star_for_an_action_or_a_resource(template: dict[str, Any]) -> None:
    for name, role in _of(template, "IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                assert statement["Effect"] == "Allow"
                assert not any("*" in action for action in statement["Action"]), name
                assert statement["Resource"] != "*", name


def test_tables_recover_resist_deletion_clean_up_and_are_encrypted_with_our_key(template: dict[str, Any]) -> None:
    tables = _of(template, "DynamoDB::Table")
    assert set(tables) == {f"{name}Table" for name in ("Register", "Letters", "Audit", "Transient", "Catalogue")}
    for table in tables.values():
        properties = table["Properties"]
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert properties["DeletionProtectionEnabled"] is True
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
        assert properties["SSESpecification"]["KMSMasterKeyId"] == {"Ref": "StoreKey"}
    # What passes is not kept for longer than a day by its backups.
    recovery = tables["TransientTable"]["Properties"]["PointInTimeRecoverySpecification"]
    assert recovery["RecoveryPeriodInDays"] == 1


def test_queues_are_encrypted_and_every_one_has_its_dead_letters(template: dict[str, Any]) -> None:
    queues = _of(template, "SQS::Queue")
    assert all(one["Properties"]["KmsMasterKeyId"] == {"Ref": "StoreKey"} for one in queues.values())
    for kind, function, most in (
        ("Letter", "PrintLetter", 5),
        ("Check", "CheckRequest", 40),
        ("Death", "EndAtDeath", 10),
        ("LetterStatus", "TakeLetterStatus", 10),
    ):
        redrive = queues[f"{kind}Queue"]["Properties"]["RedrivePolicy"]
        dead = {"Fn::GetAtt": [f"{kind}DeadLetters", "Arn"]}
        assert redrive == {"deadLetterTargetArn": dead, "maxReceiveCount": most}
        assert queues[f"{kind}DeadLetters"]["Properties"]["RedriveAllowPolicy"]["redrivePermission"] == "byQueue"
        timeout = template["Resources"][function]["Properties"]["Timeout"]
        assert queues[f"{kind}Queue"]["Properties"]["VisibilityTimeout"] >= 6 * timeout


def test_no_letter_is_turned_away_by_the_function_that_prints_it(template: dict[str, Any]) -> None:
    """Who is turned away counts as a try of the letter, and after five of them it is dead."""
    function = template["Resources"]["PrintLetter"]["Properties"]
    (event,) = function["Events"].values()
    most = event["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    assert 2 <= most < function["ReservedConcurrentExecutions"]


def test_the_function_takes_letters_only_where_it_prints_them(template: dict[str, Any]) -> None:
    (event,) = template["Resources"]["PrintLetter"]["Properties"]["Events"].values()
    assert event["Properties"]["Enabled"] == {"Fn::If": ["FunctionPrints", True, False]}
    role = template["Resources"]["PrintVendorRole"]
    assert role["Condition"] == "OutsidePrints"
    # They sleep at night, and so does who would be woken.
    assert template["Resources"]["LettersWait"]["Condition"] == "FunctionPrints"
    assert template["Conditions"]["FunctionPrints"] == {"Fn::Equals": [{"Ref": "PrintVendor"}, "function"]}
    assert template["Conditions"]["OutsidePrints"] == {"Fn::Equals": [{"Ref": "PrintVendor"}, "outside"]}


def test_a_vendor_outside_may_receive_from_the_one_queue_and_send_to_the_other_and_nothing_else(
    template: dict[str, Any],
) -> None:
    role = template["Resources"]["PrintVendorRole"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Ref": "PrintVendorPrincipal"}}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "Prefix"}}}
    (policy,) = role["Policies"]
    takes, tells = policy["PolicyDocument"]["Statement"]
    assert {takes["Effect"], tells["Effect"]} == {"Allow"}
    assert takes["Resource"] == {"Fn::GetAtt": ["LetterQueue", "Arn"]}
    assert "sqs:SendMessage" not in takes["Action"]
    assert tells["Resource"]["Fn::Sub"].endswith(":${Prefix}-letter-statuses")
    assert tells["Action"] == ["sqs:SendMessage", "sqs:GetQueueAttributes"]
    assert "ManagedPolicyArns" not in role


def test_who_died_stands_in_no_queue_for_long_and_nothing_in_flight_is_missed(template: dict[str, Any]) -> None:
    queues = _of(template, "SQS::Queue")
    day = 24 * 3600
    kept = [queues[name]["Properties"]["MessageRetentionPeriod"] for name in ("DeathQueue", "DeathDeadLetters")]
    assert kept == [day, 4 * day]
    writing = ("APIHandler", "CheckRequest")
    longest = max(template["Resources"][name]["Properties"]["Timeout"] for name in writing)
    assert queues["DeathQueue"]["Properties"]["DelaySeconds"] > longest


def test_queues_and_bucket_are_reached_over_tls_only(template: dict[str, Any]) -> None:
    policies = [*_of(template, "SQS::QueuePolicy").values(), *_of(template, "S3::BucketPolicy").values()]
    for policy in policies:
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    told = [one["Properties"]["Queues"] for one in _of(template, "SQS::QueuePolicy").values()]
    assert sorted(queue["Ref"] for queues in told for queue in queues) == sorted(_of(template, "SQS::Queue"))


def test_nobody_outside_sees_the_bucket_and_letters_go_after_42_days(template: dict[str, Any]) -> None:
    (bucket,) = _of(template, "S3::Bucket").values()
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["Properties"]["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 42


def test_keys_rotate_and_administrators_use_none(template: dict[str, Any]) -> None:
    for name, key in _of(template, "KMS::Key").items():
        assert key["Properties"]["EnableKeyRotation"] is True
        administer, *uses = key["Properties"]["KeyPolicy"]["Statement"]
        assert not {"kms:*", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"} & set(administer["Action"]), name
        assert all("Condition" in one or "Service" in one["Principal"] for one in uses), name


def test_secrets_hold_nothing_in_the_template(template: dict[str, Any]) -> None:
    for secret in _of(template, "SecretsManager::Secret").values():
        assert not {"SecretString", "GenerateSecretString"} & set(secret["Properties"])
        assert secret["Properties"]["KmsKeyId"] == {"Ref": "StoreKey"}


@pytest.mark.parametrize("stage", STAGES)
def test_operators_read_how_many_executions_a_stage_needs(stage: str) -> None:
    functions = _of(packaged(stage)[1], "Serverless::Function").values()
    needed = 100 + sum(one["Properties"]["ReservedConcurrentExecutions"] for one in functions)
    assert re.search(rf"\b{needed} for {stage}\b", BOOK)


def test_domains_speak_tls_1_2_and_the_back_channel_asks_for_a_certificate(template: dict[str, Any]) -> None:
    domains = _of(template, "ApiGateway::DomainName")
    assert {one["Properties"]["SecurityPolicy"] for one in domains.values()} == {"TLS_1_2"}
    back_channel = domains["BackChannelDomain"]["Properties"]
    assert back_channel["MutualTlsAuthentication"]["TruststoreUri"] == {"Ref": "BackChannelTruststore"}
    for mapping in _of(template, "ApiGateway::BasePathMapping").values():
        assert mapping["Properties"]["RestApiId"] == {"Ref": "RestAPI"}
        assert "BasePath" not in mapping["Properties"], "no prefix on a domain"
    gateway = template["Resources"]["RestAPI"]["Properties"]
    assert gateway["DisableExecuteApiEndpoint"] == {"Fn::If": ["HasDomain", True, False]}


def test_the_firewall_counts_sign_ins_and_activations_and_stands_before_the_api(template: dict[str, Any]) -> None:
    rules = _rates(template)
    assert set(rules) == {"Activations", "SignIns", "Health", "Artifacts", "Requests"}
    counted = {part for rule in rules.values() for part in _parts(rule)}
    assert counted == {"/activate", "/login", "/saml/sso", "/saml/digid/acs", "/health", "/saml/artifact"}
    assert all(any(path.startswith(part) for path in app.routes) for part in counted)
    (association,) = _of(template, "WAFv2::WebACLAssociation").values()
    assert "${RestAPI}/stages/api" in association["Properties"]["ResourceArn"]["Fn::Sub"]


def test_a_provider_that_fetches_artifacts_for_everybody_is_not_counted_as_one_visitor(
    template: dict[str, Any],
) -> None:
    rules = _rates(template)
    for name in ("Activations", "SignIns", "Health"):
        assert not any(part in "/saml/artifact" for part in _parts(rules[name]))
    artifacts = rules["Artifacts"]["ScopeDownStatement"]
    assert rules["Requests"]["ScopeDownStatement"] == {"NotStatement": {"Statement": artifacts}}
    # As it is typed, not decoded: no other address of ours can end in this, so nobody slips past the count with it.
    match = artifacts["ByteMatchStatement"]
    assert match["PositionalConstraint"] == "ENDS_WITH"
    assert [one["Type"] for one in match["TextTransformations"]] == ["NONE"]
    assert [path for path in app.routes if path.endswith(match["SearchString"])] == [match["SearchString"]]


def test_who_is_stopped_gets_a_page_of_ours(template: dict[str, Any]) -> None:
    (firewall,) = _of(template, "WAFv2::WebACL").values()
    told = [rule["Action"]["Block"]["CustomResponse"] for rule in firewall["Properties"]["Rules"]]
    assert {one["CustomResponseBodyKey"] for one in told} == set(firewall["Properties"]["CustomResponseBodies"])
    assert {one["ResponseCode"] for one in told} == {429}
    gateway = template["Resources"]["RestAPI"]["Properties"]
    assert {"MISSING_AUTHENTICATION_TOKEN", "DEFAULT_4XX", "DEFAULT_5XX"} <= set(gateway["GatewayResponses"])
    filled_in = set(re.findall(r"\$(\w+)\.(\w+)", json.dumps(gateway["GatewayResponses"])))
    assert filled_in == {("stageVariables", name) for name in gateway["Variables"]}


def test_what_the_firewall_allows_is_told_to_operators(template: dict[str, Any]) -> None:
    for name, rule in _rates(template).items():
        assert re.search(rf"\| `{name}` \| [^|]+ \| {rule['Limit']:,} \|", BOOK), name


def _rates(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (firewall,) = _of(template, "WAFv2::WebACL").values()
    return {rule["Name"]: rule["Statement"]["RateBasedStatement"] for rule in firewall["Properties"]["Rules"]}


def _parts(rule: dict[str, Any]) -> list[str]:
    return re.findall(r'"SearchString": "([^"]+)"', json.dumps(rule))


def test_access_logs_tell_nothing_of_who_came(template: dict[str, Any]) -> None:
    gateway = template["Resources"]["RestAPI"]["Properties"]
    told = set(re.findall(r"\$context\.([\w.]+)", gateway["AccessLogSetting"]["Format"]))
    assert told == {
        "requestId", "requestTime", "httpMethod", "resourcePath", "status", "responseLatency", "responseLength"
    }  # fmt: skip
    (settings,) = gateway["MethodSettings"]
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)


def test_logs_are_kept_for_a_while_encrypted_and_without_citizen_numbers(template: dict[str, Any]) -> None:
    groups = _of(template, "Logs::LogGroup")
    assert set(groups) == {"FunctionLogs", "AccessLogs"}
    for group in groups.values():
        assert group["Properties"]["RetentionInDays"] == 90
        assert group["Properties"]["KmsKeyId"] == {"Fn::GetAtt": ["StoreKey", "Arn"]}
        protection = group["Properties"]["DataProtectionPolicy"]
        (identifier,) = protection["Configuration"]["CustomDataIdentifier"]
        assert re.search(identifier["Regex"], 'x "900100084" x')
        assert [next(iter(one["Operation"])) for one in protection["Statement"]] == ["Audit", "Deidentify"]
    assert template["Globals"]["Function"]["LoggingConfig"] == {"LogGroup": {"Ref": "FunctionLogs"}}


def _watched(alarm: Resource) -> tuple[Any, Any]:
    properties = alarm["Properties"]
    if "Metrics" in properties:
        metric = properties["Metrics"][0]["MetricStat"]["Metric"]
        return metric["Namespace"], metric["MetricName"]
    return properties["Namespace"], properties["MetricName"]


def test_alarms_watch_what_is_written_and_somebody_hears_them(template: dict[str, Any]) -> None:
    alarms = _of(template, "CloudWatch::Alarm")
    watched = {name: _watched(alarm) for name, alarm in alarms.items()}
    ours = {metric for namespace, metric in watched.values() if namespace == {"Ref": "Prefix"}}
    assert ours <= _COUNTED
    aws = {metric for namespace, metric in watched.values() if namespace != {"Ref": "Prefix"}}
    assert aws == {
        "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "5XXError", "Errors", "Throttles"
    }  # fmt: skip
    assert {"SignedIn", "CodeRefused", "TriesUsedUp", "MessageRefused", "CertificateDaysLeft"} <= ours
    for alarm in alarms.values():
        assert alarm["Properties"]["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        assert len(alarm["Properties"]["AlarmDescription"]) > 20, "it says what is the matter"


_CALM = {
    # What goes well. That far less or more of it happens shows at SignedIn, whose alarm is on what is usual.
    *("MandateRequested", "MandateActivated", "MandateRevoked", "LetterPrinted", "AnswerReleased"),
    *("RequestApproved", "RequestTurnedDown", "NoticeWritten"),
    *("MandateGranted", "MandateRaised", "MandateRestricted", "MandateSuspended", "MandateResumed", "MandateEnded"),
    # What a vendor tells as it should. Steps may pass each other in the queue.
    *("LetterPosted", "LetterStatusTaken", "LetterStatusLate"),
    # It ends among the dead letters, which ring.
    "LetterStatusNotRead",
    # The register tells as many as there are: what is not taken rings.
    "DeathHeard",
    # Whoever ends it is told: an operator on their screen; in a function it is an error, and that rings.
    "CaseNotEnded",
    # People cancel, and have no mandate: a provider's matter. What is refused by a rule is in MessageRefused.
    "AnswerRefused",
    # OldestUnsentLetter and its like ring: how many they are says nothing of how long they wait.
    *("LettersUnsent", "ChecksUnsent", "NoticesUnsent"),
    # People mistype birth dates, move and die: CheckPutOff rings when somebody tries many.
    *("AskedForAnother", "RequestUndeliverable", "LetterRecalled"),
    # That letters wait for so long rings at LettersNotAccepted.
    "LetterGoesOn",
    # Figures of a day: what is wrong with it is in LettersNok, LettersNotAccepted and LettersNotPosted.
    *("DayLettersRequested", "DayLettersPosted", "DayLettersReturned", "DayLettersFailed", "DayLettersCancelled"),
    *("DayLettersPending", "OldestUnacceptedLetter", "OldestUnpostedLetter"),
    # Each is an answer 503, which the gateway counts, and DependencyDown tells what it was.
    "DependencyFailed",
}


def test_whatever_is_counted_has_an_alarm_or_a_reason_for_none(template: dict[str, Any]) -> None:
    """What goes on after one bad item says so nowhere else."""
    watched = {_watched(alarm)[1] for alarm in _of(template, "CloudWatch::Alarm").values()}
    assert _COUNTED - watched == _CALM


def test_every_alarm_has_its_entry_in_the_operators_book(template: dict[str, Any]) -> None:
    names = [
        one["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("${Prefix}-")
        for one in _of(template, "CloudWatch::Alarm").values()
    ]
    assert [name for name in names if f"`{name}`" not in BOOK] == []


def test_the_dashboard_shows_metrics_that_are_written(template: dict[str, Any]) -> None:
    (dashboard,) = _of(template, "CloudWatch::Dashboard").values()
    parts = dashboard["Properties"]["DashboardBody"]["Fn::Join"][1]
    body = json.loads("".join(part if isinstance(part, str) else part["Fn::Sub"] for part in parts))
    shown = [metric for widget in body["widgets"] for metric in widget["properties"]["metrics"]]
    assert {metric[1] for metric in shown if metric[0] == "${Prefix}"} <= _COUNTED
    assert len(body["widgets"]) == 8


def test_a_function_that_tells_which_messages_failed_is_believed(template: dict[str, Any]) -> None:
    """Lambda ignores partial answers, and deletes the failed messages, unless its mapping says that there are any.

    Ours take one message at a time and raise, so there is nothing to believe; one that takes more must say so.
    """
    for source in _SOURCES:
        if isinstance(source, SQSEventConfig):
            functions = [
                one
                for one in _of(template, "Serverless::Function").values()
                if source.name in one["Properties"]["Handler"]
            ]
            (event,) = [one for function in functions for one in function["Properties"]["Events"].values()]
            told = event["Properties"].get("FunctionResponseTypes", [])
            assert event["Properties"]["BatchSize"] == 1 or told == ["ReportBatchItemFailures"]


def test_queues_in_code_are_queues_of_the_template(template: dict[str, Any]) -> None:
    named = {
        one["Properties"]["QueueName"]["Fn::Sub"].removeprefix("${Prefix}-")
        for one in _of(template, "SQS::Queue").values()
    }
    read = {
        str(source.queue).removeprefix("digid-machtigen-") for source in _SOURCES if isinstance(source, SQSEventConfig)
    }
    assert read | {f"{queue}-dead" for queue in read} == named
    scheduled = [source for source in _SOURCES if isinstance(source, ScheduledEventConfig)]
    called = [*app.pure_lambda_functions, *print_vendor.pure_lambda_functions]
    assert len(scheduled) + len(read) + len(called) + 1 == len(FUNCTIONS)
