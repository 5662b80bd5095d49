"""The rules as pytest tests, for those who live in pytest: they say the same as the command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import KEY
from ..mutants import FIXTURE
from ..reference_server import serve

ROOT = Path(__file__).resolve().parents[3]


def judged(url, options, *more, key=KEY):
    """The exit status of pytest, and what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SEQUENCES", "PYTEST"))}
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "contract_tests", "-q", "-rA", "-p", "no:cacheprovider",
         "--sequences-url", url, "--sequences-options", options, *more],
        cwd=ROOT, env={**environment, "SEQUENCES_CONTRACT_KEY": key, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert key not in result.stdout + result.stderr
    return result.returncode, result.stdout + result.stderr


def test_a_sound_target_passes_and_what_was_withheld_is_skipped(sound):
    status, text = judged(sound, "--rule get --rule access.pauseSequence --rule shape.getSequence")
    assert status == 0, text
    assert "PASSED contract_tests/test_contract.py::test_rule[get.getSequence.same_as_list]" in text
    assert "pass --allow-writes" in text
    assert "contract_tests/tests" not in text


@pytest.fixture(scope="module")
def empty():
    with serve(FIXTURE.with_name("empty.yaml")) as url:
        yield url


def test_what_should_have_been_exercised_fails_unless_it_is_accepted(empty):
    status, text = judged(empty, "--rule get", key="topo_empty_readwrite")
    assert status == 1
    assert "not exercised, although the keys and tiers allow it: there are no sequences" in text
    status, text = judged(empty, "--rule get --accept-unexercised", key="topo_empty_readwrite")
    assert status == 0, text


def test_a_violation_shows_its_curl_line_and_an_expected_one_is_no_failure(tmp_path):
    listed = tmp_path / "known.txt"
    listed.write_text(
        "list.listSequences.sort.created_at  ascending only\nid.getSequence.unknown  it was wrong once\n",
        encoding="utf-8",
    )
    with serve(FIXTURE, faults=["desc_ignored"]) as url:
        status, text = judged(
            url, "--rule list.listSequences.sort.created_at --rule list.listSequences.sort.updated_at"
        )
        assert status == 1
        assert "$SEQUENCES_CONTRACT_KEY" in text
        options = f"--rule list.listSequences.sort.created_at --rule id.getSequence.unknown --expect-failures {listed}"
        status, text = judged(url, options)
    assert status == 1
    assert "XFAIL contract_tests/test_contract.py::test_rule[list.listSequences.sort.created_at]" in text
    assert "it is expected to fail and passes; take it out of the list" in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--rule lisst", "is no rule"),
        ("--rate fast", "--rate"),
        ("--report-html x.html", "pytest has reports of its own"),
        ("--spec-path openapi.yaml", "pytest has reports of its own"),
        ("--write-baseline known.txt", "list what is known to fail by --expect-failures"),
        ("--workers 2", "-n tries several rules at a time"),
        ("--slowest 3", "--durations lists what took longest"),
    ],
)
def test_what_cannot_be_done_is_a_usage_error_of_pytest(options, words):
    status, text = judged("http://127.0.0.1:1/v1", options)
    assert status == 4
    assert words in text


def test_a_target_that_cannot_be_tested_fails_with_its_reason_alone():
    status, text = judged("http://127.0.0.1:1/v1", "--rule get")
    assert status == 1
    assert "the target could not be tested: http://127.0.0.1:1/v1/sequences: cannot connect" in text
    assert "Traceback" not in text
