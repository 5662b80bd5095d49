"""Targets whose reads lag behind writes: one finding says so, and --settle allows for it."""

import math

import pytest
from sequences_contract.engine.runner import run
from sequences_contract.engine.settings import Settings
from sequences_contract.rules.selection import select

from ..mutants import FIXTURE
from ..reference_server import serve

#: Rules that read what they have just written, in each of the ways that there are.
WRITING = (
    "seen", "update.merge", "lifecycle.pause.active", "lifecycle.resume.waiting_for_lead", "race.update_with_update",
    "connection",
)  # fmt: skip


def judged(fault, settle=0.0, wanted=WRITING):
    with serve(FIXTURE, faults=[fault]) as url:
        settings = Settings(
            url, allow_writes=True, stops=math.inf, fixture=FIXTURE, control=url.removesuffix("/v1"), settle=settle,
        )  # fmt: skip
        return run(settings, select(settings, wanted))


@pytest.mark.parametrize("fault", ["reads_lag", "lists_lag"])
def test_a_lag_is_one_finding_that_measures_it(fault):
    outcome = judged(fault)
    (verdict,) = outcome.violated
    assert verdict.rule.id == "seen.at_once"
    assert "pass --settle 1" in verdict.evidence[0].got
    assert "after 0.2" in verdict.saw


def test_within_the_seconds_of_settle_reads_may_lag():
    outcome = judged("reads_lag", settle=0.5)
    assert [verdict.rule.id for verdict in outcome.violated] == []
    assert [(verdict.rule.id, verdict.reason) for verdict in outcome.unexercised] == []


def test_reads_that_lag_longer_than_settle_says_are_a_finding():
    (verdict,) = judged("reads_lag", settle=0.05, wanted=("seen.at_once",)).violated
    assert "within 0.05 s" in verdict.evidence[0].expected


@pytest.mark.parametrize("fault", ["update_not_kept", "status_filter_stale_after_pause"])
def test_what_is_lost_is_no_lag(fault):
    outcome = judged(fault, settle=0.5, wanted=("seen", "update.merge"))
    found = {verdict.rule.id for verdict in outcome.violated}
    assert found
    assert "seen.at_once" not in found
