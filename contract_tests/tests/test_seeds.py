"""No false alarm: the sandbox conforms strictly with any seed, and each freedom of profile documented is granted singly."""

import json
import math
import subprocess
import sysconfig
import time
from pathlib import Path

import pytest
from sequences_contract.runner import run, select
from sequences_contract.settings import Settings
from sequences_contract.verdicts import Exit

from .mutants import FIXTURE
from .specimen import FREEDOMS, serve

SEEDS = (1, 2, 3, 4, 5)
#: The rules that draw by the seed, and what judges every answer. All others do the same with any seed: once is enough.
DRAWN = ("journeys", "robustness", "shape")
#: The rules that a freedom of each file can touch; with all freedoms taken at once the whole suite is tried elsewhere.
TOUCHED = {
    "form": ("shape", "get", "access.get", "list.refuses.status", "update.merge", "http", "robustness.getSequence"),
    "lifecycle": ("lifecycle", "pause.second", "pause.cancelled", "resume", "journeys", "stop.for_good", "stop.refuses",
                  "update.keeps_status", "update.edges", "robustness.stateful"),
    "reading": ("list.sort.status", "list.sort.ties", "list.pages.nothing", "list.pages.past", "list.refuses", "list.size",
                "get", "http", "update.merge", "update.refuses"),
    "refusals": ("get", "update.malformed_id", "pause.malformed_id", "list.refuses", "lifecycle", "pause.refuses", "resume",
                 "stop.refuses", "update.refuses"),
}  # fmt: skip
TOUCHED_BY_ONE = {"company_stops_only_active_siblings": ("stop.company",)}


def judged(url, profile, *, seed=1, method="PATCH", wanted=()):
    settings = Settings(
        url, profile=profile, allow_writes=True, stops=math.inf, fixture=FIXTURE, control=url.removesuffix("/v1"),
        max_examples=5, seed=seed, update_method=method,
    )  # fmt: skip
    return run(settings, select(settings, wanted))


def faults_found(outcome):
    return [(verdict.rule.id, verdict.evidence) for verdict in outcome.violated]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """The address of a sandbox in a process of its own: the suite never meets its code."""
    ready = tmp_path_factory.mktemp("sandbox") / "ready.json"
    program = Path(sysconfig.get_path("scripts")) / "sequences-sandbox"
    command = [
        program,
        "serve",
        "--fixture",
        "contract",
        "--port",
        "0",
        "--ready-file",
        ready,
        "--log-level",
        "warning",
    ]
    with subprocess.Popen(command) as process:
        while not ready.exists() and process.poll() is None:
            time.sleep(0.02)
        yield json.loads(ready.read_text("utf-8"))["url"].removesuffix("/v1") + "/v1"
        process.terminate()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_sandbox_conforms_strictly_with_every_seed_and_nothing_is_left_untried(sandbox, seed):
    outcome = judged(sandbox, "strict", seed=seed, wanted=DRAWN if seed > 1 else ())
    assert faults_found(outcome) == []
    assert [(verdict.rule.id, verdict.reason) for verdict in outcome.unexercised] == []
    assert outcome.exit is Exit.CONFORMS
    # Only what no client can call forth at will may be excused.
    assert {verdict.rule.id for verdict in outcome.excused} <= {"shape.header.retry_after"}


@pytest.mark.parametrize("name", FREEDOMS)
def test_a_freedom_of_profile_documented_is_never_blamed(name):
    wanted = TOUCHED_BY_ONE.get(name) or TOUCHED[FREEDOMS[name].alters.__module__.rpartition(".")[2]]
    with serve(FIXTURE, freedoms=[name]) as url:
        outcome = judged(url, "documented", method="PUT" if name == "update_by_put" else "PATCH", wanted=wanted)
    assert faults_found(outcome) == []
    assert outcome.exit is Exit.CONFORMS
