"""A CloudFormation stack: what state it is in, and changing it by a change set, so that nothing changes unseen."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from provisioning.command import CannotGoOn

Say = Callable[[str], None]

_WITHIN = 1800.0
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_NOTHING = ("didn't contain changes", "No updates are to be performed")

_HALF_MADE = {
    "ROLLBACK_COMPLETE": "its first deploy failed and was undone. Remove it first: make destroy STAGE={stage}",
    "ROLLBACK_FAILED": "its first deploy failed and could not be undone. Remove it first: make destroy STAGE={stage}",
    "CREATE_FAILED": "its first deploy failed. Remove it first: make destroy STAGE={stage}",
    "DELETE_FAILED": "it could not be removed. Its events say what holds it; then make destroy STAGE={stage}",
    "UPDATE_ROLLBACK_FAILED": (
        "an update failed and could not be undone. Mend what its events name, then: "
        "aws cloudformation continue-update-rollback --stack-name {name}"
    ),
}


class StackTrouble(CannotGoOn):
    """Why a stack cannot be changed, or was not, and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A stack as it is."""

    status: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def release(self) -> str:
        """Id of the release that is deployed; empty when none is."""
        return self.outputs.get("Release", "")


class Stack:
    def __init__(self, cloudformation: Any, name: str, stage: str, say: Say, pause: float = 2.0) -> None:  # noqa: ANN401
        self._client, self.name, self._stage, self._say, self._pause = cloudformation, name, stage, say, pause

    def find(self) -> Found | None:
        try:
            (stack,) = self._client.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
        parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}
        return Found(stack["StackStatus"], outputs, parameters)

    def change(self, template: str, parameters: Mapping[str, str]) -> bool:
        """Create or update the stack from a template's address; False when nothing changes. Raises `StackTrouble`."""
        found = self._ready()
        fresh = found is None or found.status == "REVIEW_IN_PROGRESS"
        name = f"change-{uuid.uuid4()}"
        self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=name,
            ChangeSetType="CREATE" if fresh else "UPDATE",
            TemplateURL=template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(parameters.items())],
            Capabilities=_CAPABILITIES,
        )
        if not self._described(name):
            return False
        self._client.execute_change_set(StackName=self.name, ChangeSetName=name)
        self._wait("CREATE_COMPLETE" if fresh else "UPDATE_COMPLETE")
        return True

    def delete(self) -> None:
        """Delete the stack and wait until it is gone. What its template retains stays. Raises `StackTrouble`."""
        self._client.delete_stack(StackName=self.name)
        self._wait("DELETE_COMPLETE")

    def _ready(self) -> Found | None:
        """Return the stack if it can be changed. Raises `StackTrouble` for one that is half made."""
        found = self.find()
        if found is None or found.status == "DELETE_COMPLETE":
            return None
        if found.status in _HALF_MADE:
            advice = _HALF_MADE[found.status].format(stage=self._stage, name=self.name)
            raise StackTrouble(f"The stack {self.name} is half made ({found.status}): {advice}")
        if found.status.endswith("_IN_PROGRESS") and found.status != "REVIEW_IN_PROGRESS":
            raise StackTrouble(f"The stack {self.name} is being changed ({found.status}). Try again when that is done.")
        return found

    def _described(self, change_set: str) -> bool:
        """Wait for a change set and say what it changes; False when that is nothing."""
        deadline = time.monotonic() + _WITHIN
        while time.monotonic() < deadline:
            described = self._client.describe_change_set(StackName=self.name, ChangeSetName=change_set)
            if described["Status"] == "CREATE_COMPLETE":
                for change in described["Changes"]:
                    one = change["ResourceChange"]
                    self._say(f"  {one['Action'].lower():<7} {one['LogicalResourceId']} ({one['ResourceType']})")
                return True
            if described["Status"] == "FAILED":
                reason = described.get("StatusReason", "")
                self._client.delete_change_set(StackName=self.name, ChangeSetName=change_set)
                if any(nothing in reason for nothing in _NOTHING):
                    return False
                raise StackTrouble(f"The template is not accepted: {reason}")
            time.sleep(self._pause)
        raise StackTrouble("The change set was not ready in time.")

    def _wait(self, done: str) -> None:
        deadline, status = time.monotonic() + _WITHIN, ""
        while time.monotonic() < deadline:
            found = self.find()
            now = found.status if found is not None else "DELETE_COMPLETE"
            if now != status:
                self._say(f"  {now}")
                status = now
            if status == done:
                return
            if not status.endswith("_IN_PROGRESS") or "ROLLBACK" in status:
                self._settle()
                raise StackTrouble("\n".join([f"The stack {self.name} was not changed:", *self._reasons()]))
            time.sleep(self._pause)
        raise StackTrouble(f"The stack {self.name} was not ready in time; it is {status}.")

    def _settle(self) -> None:
        """Wait until a rollback is over, so that the next command finds the stack at rest."""
        deadline = time.monotonic() + _WITHIN
        while (found := self.find()) and found.status.endswith("_IN_PROGRESS") and time.monotonic() < deadline:
            time.sleep(self._pause)

    def _reasons(self) -> list[str]:
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        failed = [event for event in events if "FAILED" in event["ResourceStatus"]]
        return [
            f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
            for event in failed
        ]
