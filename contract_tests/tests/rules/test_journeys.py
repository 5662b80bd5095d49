"""Journeys without a control API: several walkers, and one finding."""

import math

import pytest
from sequences_contract.engine.runner import run
from sequences_contract.engine.settings import Settings
from sequences_contract.rules.selection import select

from ..mutants import FIXTURE
from ..reference_server import serve


def walked(*faults):
    with serve(FIXTURE, faults=faults) as url:
        settings = Settings(
            url,
            {"key": "topo_contract_readwrite"},
            profile="strict",
            allow_writes=True,
            stops=math.inf,
            fixture=FIXTURE,
        )
        return run(settings, select(settings, ("journeys",)))


def test_a_correct_server_is_not_blamed():
    assert [(verdict.name, verdict.rule.id) for verdict in walked().verdicts] == [("passed", "journeys.model")]


@pytest.mark.parametrize("fault", ["update_revives_stopped", "pause_only_once"])
def test_a_walk_that_fails_is_shown_in_a_few_steps(fault):
    (verdict,) = walked(fault).violated
    assert len(verdict.evidence[0].curl) <= 6
