"""The command: options, reports, expected failures, and what it may do to a target."""

import json
import xml.etree.ElementTree as ET

import httpx
import pytest
from sequences_contract.cli import main
from sequences_contract.contract import load_contract

from .conftest import KEY
from .mutants import FIXTURE
from .specimen import serve

NOWHERE = "http://127.0.0.1:1/v1"


def runs(url):
    """Every run by its id, as the target shows it."""
    pages = [
        httpx.get(f"{url}/sequences?size=100&page={n}", headers={"Authorization": f"Bearer {KEY}"}) for n in (1, 2)
    ]
    return {run["id"]: run for page in pages for run in page.json()["items"]}


def test_reading_alone_never_writes(check, sound):
    before = runs(sound)
    status, text = check(sound, "--rule", "access", "--rule", "update", "--rule", "stop")
    assert status == 0
    assert "--allow-writes" in text
    assert runs(sound) == before


def test_writes_stay_inside_the_fence_and_every_stop_is_permitted_without_a_control_api(check):
    with serve(FIXTURE) as url:
        before = runs(url)
        active = [run["sequence_template_id"] for run in before.values() if run["status"] == "ACTIVE"]
        fence = max(set(active), key=active.count)
        options = ("--only-template", fence, "--allow-writes", "--allow-stops", "all", "--fixture", FIXTURE)
        status, text = check(url, *options, "--rule", "update.merge", "--rule", "stop", "--accept-unexercised")
        after = runs(url)
    assert status == 0, text
    changed = {run_id for run_id, run in after.items() if run["status"] != before[run_id]["status"]}
    assert changed
    assert {after[run_id]["status"] for run_id in changed} == {"STOPPED_EARLY"}
    assert {run["sequence_template_id"] for run_id, run in after.items() if run != before[run_id]} == {fence}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--url", "nonsense", "--key", "k"], "is no URL"),
        (["--url", "ht tp://a b", "--key", "k"], "is no URL"),
        (["--url", "http://127.0.0.1:99999/v1", "--key", "k"], "is no URL"),
        (
            ["--url", "http://127.0.0.1:1/v1?x=1", "--key", "k"],
            "without query and fragment; give http://127.0.0.1:1/v1",
        ),
        (["--url", NOWHERE, "--key", "k", "--control", "localhost:4010"], "--control"),
        (["--url", NOWHERE, "--key", "two words"], "--key or SEQUENCES_CONTRACT_KEY holds white space"),
        (["--url", NOWHERE, "--key", "k", "--rule", "list.sorts"], "did you mean 'list.sort'?"),
        (["--url", NOWHERE, "--key", "k", "--rule", "http.trailing_slash", "--skip-rule", "http"], "no rule is left"),
        (["--url", NOWHERE, "--key", "k", "--report-html", "absent/report.html"], "absent must be a folder"),
        (["--url", NOWHERE], "SEQUENCES_CONTRACT_KEY"),
        (["--url", NOWHERE, "--key", "k", "--rule", "lisst"], "is no rule"),
        (["--url", NOWHERE, "--key", "k", "--allow-stops", "3"], "--allow-writes"),
        (["--url", NOWHERE, "--key", "k", "--fixture", "absent.yaml"], "absent.yaml"),
        (["--url", NOWHERE, "--key", "k", "--ca-bundle", "absent.pem"], "absent.pem"),
        (["--url", NOWHERE, "--key", "k", "--expect-failures", "absent.txt"], "absent.txt"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(bare_environment, capsys, options, words):
    assert main(["check", *options]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    "option",
    [
        ["--allow-stops", "some"],
        ["--rate", "fast"],
        ["--rate", "0"],
        ["--rate", "nan"],
        ["--header", "Authorization: x"],
        ["--header", "X-Tenant"],
        ["--header", "X Tenant: blue"],
        ["--header", "X-Tenant: a\nb"],
        ["--workers", "0"],
        ["--max-examples", "-1"],
        ["--seed", "x"],
        ["--timeout", "0"],
    ],
)
def test_a_malformed_option_is_a_usage_error(bare_environment, capsys, option):
    with pytest.raises(SystemExit) as caught:
        main(["check", "--url", NOWHERE, "--key", "k", *option])
    assert caught.value.code == 2
    assert option[0] in capsys.readouterr().err


def test_a_violation_is_shown_with_sentence_curl_and_place(check, faulty):
    status, text = check(faulty, "--rule", "list.sort")
    assert status == 1
    for word in (
        "violated",
        "list.sort",
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
    status, _ = check(faulty, "--rule", "list.sort", "--rule", "shape", *flags)
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
    _, text = check(faulty, "--rule", "list.sort")
    lines = text.splitlines()
    word = next(line for line in lines if line.startswith("::stop-commands::")).removeprefix("::stop-commands::")
    report, annotations = text.split(f"::stop-commands::{word}\n")[1].split(f"::{word}::\n")
    assert "violated  list.sort" in report
    errors = [line for line in annotations.splitlines() if line.startswith("::error file=openapi.yaml,line=")]
    assert 1 <= len(errors) <= 10
    assert "list.sort" in summary.read_text(encoding="utf-8")


def test_the_same_seed_asks_the_same_questions(check):
    texts = []
    for _ in (1, 2):
        with serve(FIXTURE) as url:
            _, text = check(url, "--rule", "list.pages", "--seed", "7")
            texts.append(text.split(" in ")[0].rsplit(";", 1)[0])
    assert texts[0] == texts[1]


def test_rules_are_listed(capsys):
    assert main(["rules"]) == 0
    assert "pause.resumes_by_itself" in capsys.readouterr().out
    assert main(["rules", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("# Statements and rules")


@pytest.mark.parametrize("command", [[], ["check"], ["rules"]])
def test_help_is_no_wider_than_a_screen_and_names_what_follows(capsys, command):
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 120
    assert {(): "check", ("check",): "130", ("rules",): "--markdown"}[tuple(command)] in text
