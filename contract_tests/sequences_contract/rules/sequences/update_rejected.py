"""Bad bodies are rejected and change nothing."""

from functools import partial
from typing import Any

from ...engine import RuleContext
from ..common.calls import JSON, expect_rejected_bodies
from ..registry import about

rule = about("Sequences", "updateSequence", tier="write", reach="run")


_reject_all = partial(expect_rejected_bodies, operation_id="updateSequence")


@rule("update.rejects.missing", "A body without variables is rejected.", "update.required")
def missing(context: RuleContext) -> None:
    _reject_all(context, ({},), "without variables")


@rule("update.rejects.types", "variables must be an object.", "update.required", "run.variables")
def types(context: RuleContext) -> None:
    values: tuple[Any, ...] = ("x", 3, ["a"], True)
    _reject_all(context, (*({"variables": value} for value in values), [], "text", 3), "variables of another type")


@rule("update.rejects.values", "A value that is neither string nor null is rejected.", "update.values", "run.variables", basis="doc")  # fmt: skip
def values(context: RuleContext) -> None:
    bodies = tuple(
        {"variables": {"suite_ok": "1", "suite_bad": value}} for value in (1, 1.5, True, False, {"a": "b"}, ["a"])
    )
    _reject_all(context, bodies, "a value that is no string")


@rule("update.rejects.null.strict", "variables itself must not be null.", "update.required", basis="own")
def null(context: RuleContext) -> None:
    _reject_all(context, ({"variables": None}, None), "variables null")


@rule("update.rejects.characters.strict", "NUL and lone surrogates are rejected, in keys and values.", "update.values")
def characters(context: RuleContext) -> None:
    bodies = (
        b'{"variables": {"a": "x\\u0000y"}}', b'{"variables": {"a\\u0000": "x"}}', b'{"variables": {"a": "\\ud800"}}',
        b'{"variables": {"\\udc00": "x"}}', b'{"variables": {"a": "\\ud83d"}}', b'{"variables": {"\\u0000": null}}',
    )  # fmt: skip
    _reject_all(context, bodies, "a character that cannot be stored")


@rule("update.rejects.unknown_fields.strict", "An unknown field is rejected, and the nearest known one is named.", "body.strict")  # fmt: skip
def unknown_fields(context: RuleContext) -> None:
    bodies = (
        {"variables": {"a": "b"}, "status": "ACTIVE"},
        {"variables": {"a": "b"}, "id": "x"},
        {"variable": {"a": "b"}, "variables": {}},
    )
    _reject_all(context, bodies, "an unknown field")
    with context.lease() as run:
        response = context.send(context.contract.operations["updateSequence"], run.id, json={"variablse": {}})
        context.expect_rejected(response, "for an unknown field")
        context.check("variables" in response.text(2000), "'variables' named", response.text(200), response)


@rule("update.hostile_values", "Values that JSON has no room for get a response below 500.", "issue.server_failure")
def hostile_values(context: RuleContext) -> None:
    values = b"NaN", b'"x\\u0000"', b'"\\ud800"', b"-Infinity"
    with context.lease() as run:
        for value in values:
            content = b'{"variables": {"a": ' + value + b"}}"
            response = context.send(
                context.contract.operations["updateSequence"], run.id, content=content, headers=[JSON]
            )
            context.check(response.status < 500, "a response below 500", response.summary, response)
