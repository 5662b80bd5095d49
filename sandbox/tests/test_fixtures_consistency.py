"""Every state in a fixture, shipped or generated, is one that the engine can have left."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sequences_sandbox.entities import Sequence, Step
from sequences_sandbox.fixtures import Fixture, generate, read
from sequences_sandbox.instants import DAY, HOUR
from sequences_sandbox.paths import shipped
from sequences_sandbox.spec import read_lifecycle, read_spec

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))


def steps_of(fixture: Fixture, run: Sequence) -> tuple[Step, ...]:
    owner = next(one for one in fixture.organizations if one.id == run.organization_id)
    return owner.templates[run.sequence_template_id].steps


def inconsistencies(run: Sequence, steps: tuple[Step, ...], *, static: bool) -> list[str]:
    """What the engine would never have left so, as the names of the broken rules."""
    last, done, status = run.last_step_executed_at, run.steps_done, run.status
    waiting, scheduled = status == "WAITING_FOR_LEAD", run.next_step_at is not None
    rules = {
        "nothing happens before creation or after the birth": run.created_at <= run.updated_at <= 0 > run.created_at,
        "a step moves updated_at": last is None or run.created_at <= last <= run.updated_at,
        "an executed step is behind the run": last is None or done > 0,
        "a step behind the run was executed or skipped": last is not None or done == 0 or run.step_skipped,
        "there are no more steps than the template has": done <= len(steps),
        "a run that goes on has a step before it": status not in ("ACTIVE", "WAITING_FOR_USER") or done < len(steps),
        "an active run's next step lies ahead": static or status != "ACTIVE" or (run.next_step_at or 0) > 0,
        "a paused run wakes in the future": (run.paused_until is not None and run.paused_until > 0) == waiting,
        "a pause postpones the next step": static or not waiting or (run.next_step_at or 0) >= (run.paused_until or 0),
        "nothing else is scheduled": status in ("ACTIVE", "WAITING_FOR_LEAD") or not scheduled,
        "a user is asked about a manual step": status != "WAITING_FOR_USER" or steps[done].manual,
        "success is every step executed": status != "SUCCEEDED" or (done == len(steps) and not run.step_skipped),
        "completion is every step behind, one skipped": status != "COMPLETED"
        or (done == len(steps) and run.step_skipped),
        "a run that never started has no step behind it": status not in ("FOUND", "REFUSED") or done == 0,
        "a found run is younger than an hour": status != "FOUND" or run.created_at > -HOUR,
    }
    return [rule for rule, holds in rules.items() if not holds]


def everything_wrong(fixture: Fixture) -> dict[str, list[str]]:
    found = {run.id: inconsistencies(run, steps_of(fixture, run), static=fixture.static) for run in fixture.runs}
    return {identity: rules for identity, rules in found.items() if rules}


@pytest.mark.parametrize("name", ["contract", "demo", "empty", "every_status"])
def test_a_shipped_fixture_holds_only_states_that_the_engine_can_leave(name: str) -> None:
    assert everything_wrong(read(name, LIFECYCLE)) == {}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_generated_world_holds_only_states_that_the_engine_can_leave(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "generated.jsonl"
    with file.open("w", encoding="utf-8") as out:
        generate(2_000, seed, out, LIFECYCLE)
    assert everything_wrong(read(file, LIFECYCLE)) == {}


def run(status: str, **fields: object) -> Sequence:
    values: dict[str, object] = {
        "id": "", "organization_id": "", "contact_id": None, "sequence_template_id": "", "status": status,
        "variables": None, "source_contact_list_id": None, "last_step_executed_at": None, "created_at": -DAY,
        "updated_at": -DAY,
    }  # fmt: skip
    make: Callable[..., Sequence] = Sequence
    return make(**{**values, **fields})


@pytest.mark.parametrize(
    ("state", "rule"),
    [
        (run("FOUND"), "a found run is younger than an hour"),
        (run("SUCCEEDED", steps_done=1), "a step behind the run was executed or skipped"),
        (run("ACTIVE"), "an active run's next step lies ahead"),
        (run("WAITING_FOR_LEAD", paused_until=-1), "a paused run wakes in the future"),
        (run("REFUSED", updated_at=-2 * DAY), "nothing happens before creation or after the birth"),
    ],
)
def test_these_rules_find_a_state_that_cannot_be(state: Sequence, rule: str) -> None:
    assert rule in inconsistencies(state, (Step("email", HOUR), Step("manual", HOUR)), static=False)
