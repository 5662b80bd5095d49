"""Planted faults are found, by rules about what is wrong, and a correct server is never blamed."""

import fnmatch
import math

import pytest
from sequences_contract.engine.runner import run
from sequences_contract.engine.settings import Settings
from sequences_contract.engine.verdicts import Exit
from sequences_contract.rules.registry import all_rules
from sequences_contract.rules.selection import select

from ..mutants import FIXTURE, hunt
from ..reference_server import ALLOWED_READINGS, FAULTS, serve

RULES = [rule.id for rule in all_rules()]
#: Every fourth fault, of all groups: as many as a test run has the time for. `make mutants` hunts all of them.
PLANTED = sorted(FAULTS)[::4]


def test_the_faults_that_are_planted_here_cover_every_group():
    assert len(PLANTED) >= 100
    assert {FAULTS[name].group for name in PLANTED} == {fault.group for fault in FAULTS.values()}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_names_rules_that_exist(fault):
    for beginning in fault.rule.split():
        assert fnmatch.filter(RULES, f"{beginning}*"), beginning


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_and_rightly_named(name):
    found = hunt(name)
    assert found.rule is not None, f"{name} survived: {FAULTS[name].summary}"
    assert found.rightly_named, f"{name} was found by {found.rule}"


def judged(url, profile, *, method="PATCH", wanted=(), skipped=(), examples=5):
    settings = Settings(
        url, profile=profile, allow_writes=True, stops=math.inf, fixture=FIXTURE, control=url.removesuffix("/v1"),
        max_examples=examples, update_method=method,
    )  # fmt: skip
    return run(settings, select(settings, wanted, skipped))


def test_the_correct_reference_server_conforms_strictly_and_nothing_is_left_untried():
    with serve(FIXTURE) as url:
        outcome = judged(url, "strict")
    assert [verdict.rule.id for verdict in outcome.violated] == []
    assert [(verdict.rule.id, verdict.reason) for verdict in outcome.unexercised] == []
    assert outcome.exit is Exit.CONFORMS


def test_with_every_allowed_reading_taken_documented_passes_and_strict_fails():
    with serve(FIXTURE, allowed_readings=ALLOWED_READINGS) as url:
        documented = judged(url, "documented", method="PUT")
        strict = judged(url, "strict", method="PUT", skipped=("robustness",))
    assert [(verdict.rule.id, verdict.evidence) for verdict in documented.violated] == []
    assert documented.exit is Exit.CONFORMS
    assert strict.exit is Exit.VIOLATED
    assert {verdict.rule.profile for verdict in strict.violated} >= {"strict"}


def test_a_journey_that_fails_is_told_in_a_few_lines():
    with serve(FIXTURE, faults=["pause_only_once"]) as url:
        outcome = judged(url, "documented", wanted=("journeys",), examples=60)
    (verdict,) = outcome.violated
    assert "/pause" in verdict.evidence[0].curl[-1]
    assert len(verdict.evidence[0].curl) <= 6


@pytest.mark.parametrize(
    ("fault", "rule", "culprit"),
    [
        ("unknown_reason_rejected_and_stopped", "stop.rejects.reason", '"LOST"'),
        ("rejected_update_stores_the_rest", "update.rejects.values", '"suite_bad": 1}'),
    ],
)
def test_of_a_series_of_bad_calls_the_one_is_shown_that_changed_something(fault, rule, culprit):
    with serve(FIXTURE, faults=[fault]) as url:
        outcome = judged(url, "documented", wanted=(rule,))
    (verdict,) = outcome.violated
    call, look = verdict.evidence[0].curl
    assert culprit in call
    assert "-X" not in look
