"""Runs that do not reach their end: a signal, a target that dies. What was judged is reported in every form."""

import json
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET

import pytest
from sequences_contract.engine.interruption import interruptible

from ..conftest import KEY
from ..mutants import FIXTURE
from ..odd_servers import EMPTY_PAGE, answering, empty_until, hang_up, say
from ..reference_server import serve

FORMS = ("json", "junit", "html", "sarif")
BROKEN_PAGE = EMPTY_PAGE.replace(b"false", b'"false"')


def reports(folder):
    return [part for name in FORMS for part in (f"--report-{name}", str(folder / name))]


def shown(rule):
    return f"{'left out' if rule['excused'] else 'not exercised'}: {rule['reason']}"


def read(folder):
    """The rules of the JSON report by verdict; the other reports have to agree."""
    rules = json.loads((folder / "json").read_text("utf-8"))["rules"]
    by_verdict = {name: [r for r in rules if r["verdict"] == name] for name in ("passed", "violated", "not_exercised")}
    suite = ET.parse(folder / "junit").getroot().find("testsuite")
    assert int(suite.get("tests")) == len(suite) == len(rules) + 1
    assert int(suite.get("errors")) == 1
    skipped = {
        case.get("name"): case.find("skipped").get("message") for case in suite if case.find("skipped") is not None
    }
    assert skipped == {rule["id"]: shown(rule) for rule in by_verdict["not_exercised"]}
    run = json.loads((folder / "sarif").read_text("utf-8"))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert [result["ruleId"] for result in run["results"]] == [rule["id"] for rule in by_verdict["violated"]]
    page = (folder / "html").read_text("utf-8")
    assert all(rule["id"] in page for rule in rules)
    return by_verdict


def signalled(number, handle, reached, release, folder, *options):
    """The status and output of a run that gets a signal once `reached` is set."""
    with answering(handle) as url:
        arguments = ["check", "--url", url, "--key", KEY, "--max-examples", "10", *options, *reports(folder)]
        process = subprocess.Popen(
            [sys.executable, "-m", "sequences_contract.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            assert reached.wait(60)
            process.send_signal(number)
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
            release.set()
    return process.returncode, out.decode()


def held(count, page=EMPTY_PAGE):
    """A handler that responds `count` times and then holds its response back; when it does, and what lets it go on."""
    reached, release = threading.Event(), threading.Event()

    def hold(request):
        reached.set()
        release.wait(60)

    return empty_until(count, hold, page), reached, release


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_and_what_was_judged_is_reported(number, tmp_path):
    options = ("--rule", "list.listSequences.pages", "--rule", "list.listSequences.sort", "--rule", "shape")
    status, text = signalled(number, *held(12, BROKEN_PAGE), tmp_path, *options)
    assert status == 130, text
    assert "interrupted (exit 130)" in text
    assert "Traceback" not in text
    found = read(tmp_path)
    assert found["violated"]
    assert any(rule["reason"] == "not reached: interrupted" for rule in found["not_exercised"])


def test_a_signal_while_schemathesis_works_ends_the_run(tmp_path):
    options = ("--rule", "robustness.listSequences", "--rule", "robustness.stateful", "--timeout", "2")
    status, text = signalled(signal.SIGTERM, *held(8), tmp_path, *options)
    assert status == 130, text
    assert len(read(tmp_path)["not_exercised"]) >= 2


@pytest.mark.parametrize("workers", ["1", "3"])
def test_a_target_that_dies_midway_is_told_with_what_was_judged(check, tmp_path, workers):
    with answering(empty_until(12, hang_up, BROKEN_PAGE)) as url:
        options = ("--rule", "list", "--rule", "shape", "--workers", workers)
        status, text = check(url, *options, *reports(tmp_path))
    assert status == 2
    assert "the target stopped responding after" in " ".join(text.split())
    found = read(tmp_path)
    assert "shape.listSequences.body" in [rule["id"] for rule in found["violated"]]
    assert any(rule["reason"].startswith("not reached: the target") for rule in found["not_exercised"])
    assert "violated  shape.listSequences.body" in text.replace("  \n", "\n")


def test_a_target_that_dies_under_the_engine_is_told_too(check):
    with answering(empty_until(5, hang_up)) as url:
        status, text = check(url, "--rule", "robustness.listSequences", "--max-examples", "10")
    assert status == 2
    assert "the target stopped responding" in " ".join(text.split())


def test_one_request_without_a_response_is_a_violation_and_not_the_end(check):
    with serve(FIXTURE) as url:
        status, text = check(url, "--rule", "get", "--rule", "list.listSequences.pages.nothing")
    assert status == 0, text
    lost = []

    def losing(request, most):
        if "status" in request.path and len(lost) < most:
            lost.append(request.path)
            hang_up(request)
        else:
            say(EMPTY_PAGE, "application/json")(request)

    with answering(lambda request: losing(request, 1)) as url:
        assert check(url, "--rule", "list.listSequences.filter.status")[0] == 0
    assert len(lost) == 1
    with answering(lambda request: losing(request, 1000)) as url:
        status, text = check(url, "--rule", "list.listSequences.filter.status")
    assert status == 1
    assert "a response" in text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_once_the_report_is_written_a_signal_changes_nothing(number):
    before = signal.getsignal(number)
    with interruptible() as interruption:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        with pytest.raises(KeyboardInterrupt):
            interruption.check()
        interruption.reporting()
        signal.raise_signal(number)
    assert signal.getsignal(number) is before
