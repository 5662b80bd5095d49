"""No false alarm: the sandbox conforms strictly with any seed, and each allowed reading passes profile documented."""

import json
import math
import subprocess
import sysconfig
import time
from pathlib import Path

import pytest
from sequences_contract.engine.runner import run
from sequences_contract.engine.settings import Settings
from sequences_contract.engine.verdicts import Exit
from sequences_contract.rules.selection import select

from ..mutants import FIXTURE
from ..reference_server import ALLOWED_READINGS, serve

SEEDS = (1, 2, 3, 4, 5)
#: The rules that draw by the seed, and what judges every response. All others do the same with any seed: once is enough.
DRAWN = ("journeys", "robustness", "shape")
#: The rules that an allowed reading of each file can touch; with all of them at once the whole suite is tried elsewhere.
TOUCHED = {
    "form": ("shape", "get", "access.getSequence", "list.listSequences.rejects.status", "update.merge", "http.getSequence",
             "robustness.getSequence", "me", "access.listSequences"),
    "lifecycle": ("lifecycle", "pause.second", "pause.cancelled", "resume", "journeys", "stop.for_good", "stop.rejects",
                  "update.keeps_status", "update.edges", "robustness.stateful", "race", "seen"),
    "reading": ("list.listSequences.sort", "list.listContacts.sort", "list.listSequences.pages.nothing",
                "list.listSequences.pages.past", "list.listSequences.rejects", "list.listSequences.size", "get",
                "http.getSequence", "update.merge", "update.rejects", "query", "list.listSequences.pairs",
                "list.listContacts.pairs"),
    "errors": ("get", "id", "list.listSequences.rejects", "lifecycle", "pause.rejects", "resume", "stop.rejects",
               "update.rejects"),
}  # fmt: skip
TOUCHED_BY_ONE = {
    "company_stops_only_active_siblings": ("stop.company", "race", "seen"),
    "long_targets_do_not_reach_the_application": ("robustness.listContacts", "list.listContacts.rejects", "shape"),
}


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
    assert {verdict.rule.id for verdict in outcome.excused} <= {
        "shape.header.retry_after",
        "shape.header.retry_after.strict",
    }


@pytest.mark.parametrize("name", ALLOWED_READINGS)
def test_a_allowed_reading_of_profile_documented_is_never_blamed(name):
    wanted = TOUCHED_BY_ONE.get(name) or TOUCHED[ALLOWED_READINGS[name].alters.__module__.rpartition(".")[2]]
    with serve(FIXTURE, allowed_readings=[name]) as url:
        outcome = judged(url, "documented", method="PUT" if name == "update_by_put" else "PATCH", wanted=wanted)
    assert faults_found(outcome) == []
    assert outcome.exit is Exit.CONFORMS
