"""Single runs: get, unknown and malformed ids, for every operation on one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .acts import ACTS
from .registry import declare, rule

if TYPE_CHECKING:
    from ..trial import Trial

_ABSENT = "7b1d5a0e-3c64-4f0b-9a55-0c9b7e4f2d31"


@rule("get.same_as_list", "Get answers the same run as the list.", "get.same_object")
def same(trial: Trial) -> None:
    runs = trial.bench.census().runs
    if not runs:
        trial.skip("the organization has no run")
    step = max(1, len(runs) // 40)
    chosen = {run.id: run for run in runs[::step]}
    for status in trial.bench.contract.statuses:
        chosen |= {run.id: run for run in trial.bench.census().in_status(status)[:2]}
    for run in chosen.values():
        answer = trial.get(run.id)
        got = trial.run_of(answer)
        if got != run:  # somebody may have changed it meanwhile: the list is asked again
            listed = {other.id: other for other in trial.bench.census(fresh=True).runs}
            answer = trial.get(run.id)
            differences = listed.get(run.id, run).differences(trial.run_of(answer))
            trial.that(not differences, "the run as the list shows it", f"{differences}", answer)


@rule("get.unknown", "Get of an unknown id is 404 NotFoundIssue.", "get.unknown")
def unknown(trial: Trial) -> None:
    for run_id in (_ABSENT, "00000000-0000-4000-8000-000000000000", "00000000-0000-0000-0000-000000000000"):
        trial.expect(trial.get(run_id), 404, why="for an unknown id")


@rule("get.any_case.strict", "An id is accepted in upper case and written in lower case.", "run.uuids")
def any_case(trial: Trial) -> None:
    for run in trial.bench.census().runs[:3]:
        answer = trial.get(run.id.upper())
        trial.that(trial.run_of(answer).id == run.id.lower(), run.id.lower(), answer.summary, answer)


@rule("get.no_parameters.strict", "Get takes no query parameters.", "list.strict_query")
def no_parameters(trial: Trial) -> None:
    for run in trial.bench.census().runs[:1]:
        trial.refused(trial.call("GET", f"/sequences/{run.id}", query={"expand": "all"}), "for an unknown parameter")


def _malformed(operation: str, trial: Trial) -> None:
    for run_id in ("abc", "1", "{" + _ABSENT + "}", _ABSENT.replace("-", ""), _ABSENT + "0", "%00", "%C3%28"):
        answer = _call(operation, trial, run_id)
        if trial.strict:
            trial.expect(answer, 400, why=f"for the malformed id {run_id}")
        else:
            trial.expect(answer, 400, 404, 422, why=f"for the malformed id {run_id}")


def _unknown(operation: str, trial: Trial) -> None:
    trial.expect(_call(operation, trial, _ABSENT), 404, why="for an unknown id")


def _call(operation: str, trial: Trial, run_id: str):  # type: ignore[no-untyped-def]  # an Answer
    return {
        "get": lambda: trial.get(run_id),
        "update": lambda: trial.update(run_id, {"k": "v"}),
        "pause": lambda: trial.pause(run_id, "2100-01-01T00:00:00Z"),
        "resume": lambda: trial.resume(run_id),
        "stop": lambda: trial.stop(run_id),
    }[operation]()


def _declare() -> None:
    from functools import partial  # noqa: PLC0415

    for operation, (_, tier, _, _) in ACTS.items():
        if operation == "list":
            continue
        declare(
            f"{operation}.malformed_id", f"{operation} of an id that is no UUID is refused.", "get.malformed_id",
            "run.uuids", check=partial(_malformed, operation), tier=tier, basis="ref",
        )  # fmt: skip
        if operation != "get":
            declare(
                f"{operation}.unknown_id", f"{operation} of an unknown id is 404.", "get.unknown",
                check=partial(_unknown, operation), tier=tier,
            )  # fmt: skip


_declare()
