"""Taking rights away from a function, one at a time, and asking what a function may do."""

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.deploy.emulator import client
from tests.deploy.world import World

Statement = dict[str, Any]

ROLES = {
    "APIHandler": "ApiHandlerRole",
    "PrintLetter": "PrintLetterRole",
    "SweepOutbox": "SweepOutboxRole",
    "WatchMetadata": "WatchMetadataRole",
    "WatchHealth": "WatchHealthRole",
}


@dataclass(frozen=True)
class Policy:
    """The one policy of a function's role, as it is deployed."""

    role: str
    name: str
    statements: list[Statement]

    @classmethod
    def of(cls, world: World, function: str) -> "Policy":
        iam, role = client("iam"), world.physical(ROLES[function])
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
        assert len(names) <= 1
        assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return cls(role, "".join(names), [one for document in documents for one in document["Statement"]])

    def write(self, statements: list[Statement]) -> None:
        if not statements:
            client("iam").delete_role_policy(RoleName=self.role, PolicyName=self.name)
            return
        document = {"Version": "2012-10-17", "Statement": statements}
        client("iam").put_role_policy(RoleName=self.role, PolicyName=self.name, PolicyDocument=json.dumps(document))

    @contextmanager
    def without(self, sid: str, action: str | None = None) -> Iterator[None]:
        """Take a statement away for a while, or one action of it."""
        changed = copy.deepcopy(self.statements)
        if action is None:
            changed = [one for one in changed if one["Sid"] != sid]
        else:
            (statement,) = (one for one in changed if one["Sid"] == sid)
            statement["Action"] = [one for one in statement["Action"] if one != action]
            if not statement["Action"]:
                changed.remove(statement)
        self.write(changed)
        try:
            yield
        finally:
            self.write(self.statements)

    def allows(self, action: str, resource: str) -> bool:
        """Ask IAM, for calls that AWS makes in the function's name and that the emulator makes as itself."""
        arn = client("iam").get_role(RoleName=self.role)["Role"]["Arn"]
        (told,) = client("iam").simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=[action], ResourceArns=[resource]
        )["EvaluationResults"]
        return bool(told["EvalDecision"] == "allowed")

    def each_action(self) -> Iterator[tuple[str, str]]:
        for statement in self.statements:
            for action in statement["Action"]:
                yield statement["Sid"], action


@contextmanager
def someone_with(policy: Policy) -> Iterator[Mapping[str, str]]:
    """Make credentials that may do just what a function may."""
    iam, user = client("iam"), f"as-{policy.role}"[:60]
    iam.create_user(UserName=user)
    document = {"Version": "2012-10-17", "Statement": policy.statements}
    iam.put_user_policy(UserName=user, PolicyName="same", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    yield {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=user, PolicyName="same")
    iam.delete_user(UserName=user)
