"""Bad bodies are refused and change nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .registry import rule

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..trial import Trial

_JSON = [("Content-Type", "application/json")]


def _refuse_all(trial: Trial, bodies: tuple[Any, ...], why: str) -> None:
    with trial.borrow() as run:
        for body in bodies:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            method = trial.bench.settings.update_method
            answer = trial.call(method, f"/sequences/{run.id}", content=raw, headers=_JSON)
            trial.refused(answer, f"{why}: {raw[:60]!r}")
            trial.same(run, [answer])


@rule("update.refuses.missing", "A body without variables is refused.", "update.required", tier="write")
def missing(trial: Trial) -> None:
    _refuse_all(trial, ({},), "without variables")


@rule("update.refuses.types", "variables must be an object.", "update.required", "run.variables", tier="write")
def types(trial: Trial) -> None:
    bodies: tuple[Any, ...] = (
        {"variables": None},
        {"variables": "x"},
        {"variables": 3},
        {"variables": ["a"]},
        {"variables": True},
        [],
        "text",
        3,
    )
    _refuse_all(trial, bodies, "variables of another type")


@rule(
    "update.refuses.values",
    "A value that is neither string nor null is refused.",
    "update.values",
    "run.variables",
    tier="write",
    basis="doc",
)
def values(trial: Trial) -> None:
    bodies = tuple(
        {"variables": {"suite_ok": "1", "suite_bad": value}} for value in (1, 1.5, True, False, {"a": "b"}, ["a"])
    )
    _refuse_all(trial, bodies, "a value that is no string")


@rule("update.refuses.null.strict", "variables itself must not be null.", "update.required", tier="write", basis="own")
def null(trial: Trial) -> None:
    _refuse_all(trial, ({"variables": None}, None), "variables null")


@rule(
    "update.refuses.characters.strict",
    "NUL and lone surrogates are refused, in keys and values.",
    "update.values",
    tier="write",
)
def characters(trial: Trial) -> None:
    bodies = (
        b'{"variables": {"a": "x\\u0000y"}}', b'{"variables": {"a\\u0000": "x"}}', b'{"variables": {"a": "\\ud800"}}',
        b'{"variables": {"\\udc00": "x"}}', b'{"variables": {"a": "\\ud83d"}}', b'{"variables": {"\\u0000": null}}',
    )  # fmt: skip
    _refuse_all(trial, bodies, "a character that cannot be stored")


@rule(
    "update.refuses.unknown_fields.strict",
    "An unknown field is refused, and the nearest known one is named.",
    "body.strict",
    tier="write",
)
def unknown_fields(trial: Trial) -> None:
    bodies = (
        {"variables": {"a": "b"}, "status": "ACTIVE"},
        {"variables": {"a": "b"}, "id": "x"},
        {"variable": {"a": "b"}, "variables": {}},
    )
    _refuse_all(trial, bodies, "an unknown field")
    with trial.borrow() as run:
        answer: Answer = trial.call(trial.bench.settings.update_method, f"/sequences/{run.id}", json={"variablse": {}})
        trial.refused(answer, "for an unknown field")
        trial.that("variables" in answer.text(2000), "'variables' named", answer.text(200), answer)


@rule(
    "update.hostile_values",
    "Values that JSON has no room for are answered below 500.",
    "issue.server_failure",
    tier="write",
)
def hostile_values(trial: Trial) -> None:
    raws = (
        b'{"variables": {"a": NaN}}',
        b'{"variables": {"a": "x\\u0000"}}',
        b'{"variables": {"\\ud800": "x"}}',
        b'{"variables": {"a": -Infinity}}',
    )
    with trial.borrow() as run:
        for raw in raws:
            answer = trial.call(trial.bench.settings.update_method, f"/sequences/{run.id}", content=raw, headers=_JSON)
            trial.that(answer.status < 500, "an answer below 500", answer.summary, answer)
