"""The API as operations to call: the target, and the contract that says where each operation is."""

import contextlib
from collections.abc import Mapping
from typing import Any

from ..contract.document import Contract
from ..contract.lifecycles import Lifecycle
from ..contract.operations import Operation
from ..http.messages import Response
from ..http.target import Target
from .errors import NotExercised
from .items import Malformed, Run, read_item


class ApiClient:
    """Calls operations. What rules do with runs has methods of its own; everything else goes by operation."""

    def __init__(self, target: Target, contract: Contract, update_method: str) -> None:
        self.target = target
        self.contract = contract
        self.update_method = update_method

    def call(self, method: str, path: str, **parts: Any) -> Response:
        """Sends a request; see Target.call."""
        return self.target.call(method, path, **parts)

    def send(self, operation: Operation, item_id: str | None = None, **parts: Any) -> Response:
        """Calls an operation, of one item where it is about one."""
        return self.call(self.method_of(operation), path_of(operation, item_id), **parts)

    def method_of(self, operation: Operation) -> str:
        """The operation's method; of update, the one that the caller says the target has."""
        return self.update_method if operation.method == "PATCH" else operation.method

    @property
    def lifecycle(self) -> Lifecycle:
        """The lifecycle of a run."""
        return self.contract.lifecycles["Status"]

    @property
    def sequences(self) -> Operation:
        return self.contract.operations["listSequences"]

    def search(self, **query: str | int) -> Response:
        return self.send(self.sequences, query=query)

    def get(self, run_id: str, *, key: str | None = "key") -> Response:
        return self.send(self.contract.operations["getSequence"], run_id, key=key)

    def update(self, run_id: str, variables: Any, **parts: Any) -> Response:
        operation = self.contract.operations["updateSequence"]
        return self.send(operation, run_id, json={"variables": variables}, **parts)

    def pause(self, run_id: str, until: Any, **parts: Any) -> Response:
        return self.send(self.contract.operations["pauseSequence"], run_id, json={"paused_until": until}, **parts)

    def resume(self, run_id: str, **parts: Any) -> Response:
        return self.send(self.contract.operations["resumeSequence"], run_id, **parts)

    def stop(self, run_id: str, scope: str = "CONTACT", reason: str = "LOSE", **parts: Any) -> Response:
        operation = self.contract.operations["stopSequence"]
        return self.send(operation, run_id, json={"reason": reason, "scope": scope}, **parts)

    def prepared(self, response: Response) -> Run:
        """The run in the response to a step that only prepares. Raises NotExercised when there is none."""
        if response.status == 200:
            with contextlib.suppress(Malformed, ValueError):
                return read_item(response.json(), self.sequences)  # type: ignore[return-value]  # its schema is a run's
        shown = f"{response.request.method} {response.request.path}"
        raise NotExercised(f"a step that prepares the rule failed: {shown} gave {response.summary()}")

    def fetch(self, run_id: str) -> Run:
        """The run as it is now."""
        return self.prepared(self.get(run_id))

    def restore_variables(self, run_id: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Makes variables that are now `new` what they were."""
        self.prepared(self.update(run_id, {**dict.fromkeys(new), **old}))


def path_of(operation: Operation, item_id: str | None) -> str:
    """The path of an operation, of one item where it is about one."""
    name = operation.id_parameter
    return operation.path if name is None else operation.path.replace(f"{{{name}}}", item_id or "")
