"""The reports as the command gives them: on the terminal, in files, on GitHub Actions."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

from sequences_contract.contract.document import load_contract

from ..conftest import KEY

RULE = "list.listSequences.sort"


def test_a_violation_is_shown_with_sentence_curl_and_place(check, faulty):
    status, text = check(faulty, "--rule", "list.listSequences.sort")
    assert status == 1
    for word in (
        "violated",
        "list.listSequences.sort",
        "expected",
        "got",
        "curl -sS",
        "$SEQUENCES_CONTRACT_KEY",
        "openapi.yaml:",
        "(exit 1)",
    ):
        assert word in text
    assert max(len(block.splitlines()) for block in text.split("\n\n")) < 40


def test_reports_hold_every_rule_and_no_key(check, faulty, tmp_path):
    paths = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "html", "sarif")}
    flags = [part for name, path in paths.items() for part in (f"--report-{name}", str(path))]
    status, _ = check(faulty, "--rule", "list.listSequences.sort", "--rule", "shape", *flags)
    assert status == 1
    for path in paths.values():
        assert KEY not in path.read_text(encoding="utf-8")
    document = json.loads(paths["json"].read_text(encoding="utf-8"))
    assert {"target", "profile", "seed", "rules", "totals"} <= set(document)
    violated = [rule for rule in document["rules"] if rule["verdict"] == "violated"]
    assert violated
    assert all(rule["evidence"][0]["curl"] and rule["sentence"] and rule["judged"] for rule in violated)
    assert document["totals"]["violated"] == len(violated)
    suite = ET.parse(paths["junit"]).getroot().find("testsuite")
    assert len(suite.findall("testcase")) == len(document["rules"]) == int(suite.get("tests"))
    assert len(suite.findall("testcase/failure")) == len(violated) == int(suite.get("failures"))
    sarif = json.loads(paths["sarif"].read_text(encoding="utf-8"))
    assert sarif["version"] == "2.1.0"
    results = sarif["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == [rule["id"] for rule in violated]
    lines = load_contract().path.read_text(encoding="utf-8").splitlines()
    for result in results:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 1 < region["startLine"] <= len(lines)
        assert result["partialFingerprints"]
    page = paths["html"].read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http-equiv" not in page
    assert "src=" not in page
    assert violated[0]["id"] in page


def test_on_github_actions_annotations_and_a_summary_come_by_themselves(check, faulty, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    _, text = check(faulty, "--rule", "list.listSequences.sort")
    lines = text.splitlines()
    word = next(line for line in lines if line.startswith("::stop-commands::")).removeprefix("::stop-commands::")
    report, annotations = text.split(f"::stop-commands::{word}\n")[1].split(f"::{word}::\n")
    assert "violated  list.listSequences.sort" in report
    errors = [line for line in annotations.splitlines() if line.startswith("::error file=openapi.yaml,line=")]
    assert 1 <= len(errors) <= 10
    assert "list.listSequences.sort" in summary.read_text(encoding="utf-8")


def test_a_reader_that_goes_away_changes_no_status(faulty):
    command = f"{sys.executable} -m sequences_contract.cli check --url {faulty} --key {KEY} --rule {RULE} | true"
    result = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, timeout=60, check=False)
    assert result.returncode == 1
    assert result.stderr == b""


def test_a_terminal_that_knows_no_letters_beyond_ascii_gets_the_report(faulty):
    result = subprocess.run(
        [sys.executable, "-m", "sequences_contract.cli", "check", "--url", faulty, "--key", KEY, "--rule", RULE],
        env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert b"(exit 1)" in result.stdout
