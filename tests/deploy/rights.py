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
    "CheckRequest": "CheckRequestRole",
    "EndAtDeath": "EndAtDeathRole",
    "PrintLetter": "PrintLetterRole",
    "SetPage": "SetPageRole",
    "SweepOutbox": "SweepOutboxRole",
    "TakeLetterStatus": "TakeLetterStatusRole",
    "WatchLetters": "WatchLettersRole",
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
    def without(self, sid: str, part: str | None = None) -> Iterator[None]:
        """Take a statement away for a while, or one action or resource of it."""
        changed = [one for one in copy.deepcopy(self.statements) if one["Sid"] != sid or part is not None]
        for statement in changed:
            if statement["Sid"] == sid:
                for element in ("Action", "Resource"):
                    statement[element] = [one for one in _listed(statement[element]) if one != part]
        self.write([one for one in changed if one["Action"] and one["Resource"]])
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

    def each_right(self) -> Iterator[tuple[str, str | None]]:
        """Yield every statement, and every action and resource of those that have several."""
        for statement in self.statements:
            yield statement["Sid"], None
            for element in ("Action", "Resource"):
                if len(parts := _listed(statement[element])) > 1:
                    yield from ((statement["Sid"], part) for part in parts)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@contextmanager
def someone_with(policy: Policy) -> Iterator[Mapping[str, str]]:
    """Make credentials that may do just what a function may."""
    iam, user = client("iam"), f"as-{policy.role}"[:60]
    iam.create_user(UserName=user)
    document = {"Version": "2012-10-17", "Statement": policy.statements}
    iam.put_user_policy(UserName=user, PolicyName="same", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    try:
        yield {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    finally:
        # What is refused to them is looked for here: the next needs the name again.
        iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=user, PolicyName="same")
        iam.delete_user(UserName=user)
