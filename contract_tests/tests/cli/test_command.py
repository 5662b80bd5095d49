"""The command: options, reports, expected failures, and what it may do to a target."""

import json

import httpx
import pytest
from sequences_contract.cli import main

from ..conftest import KEY
from ..mutants import FIXTURE
from ..reference_server import serve

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
        (["--url", "nonsense", "--key", "some_key"], "is no URL"),
        (["--url", "ht tp://a b", "--key", "some_key"], "is no URL"),
        (["--url", "http://127.0.0.1:99999/v1", "--key", "some_key"], "is no URL"),
        (
            ["--url", "http://127.0.0.1:1/v1?x=1", "--key", "some_key"],
            "without query and fragment; give http://127.0.0.1:1/v1",
        ),
        (["--url", NOWHERE, "--key", "some_key", "--control", "localhost:4010"], "--control"),
        (["--url", NOWHERE, "--key", "some_key", "--only-template", "Outbound"], "'Outbound' is no id; give a UUID"),
        (["--url", NOWHERE, "--key", "short"], "--key is too short"),
        (["--url", NOWHERE, "--key", "the_same", "--read-key", "the_same"], "--read-key is the same key as --key"),
        (
            ["--url", NOWHERE, "--key", "some_key", "--write-key", "the_same", "--other-key", "the_same"],
            "--other-key is the same key as --write-key; give a key of another organization",
        ),
        (["--url", NOWHERE, "--key", "two words"], "--key holds white space"),
        (
            ["--url", NOWHERE, "--key", "some_key", "--rule", "list.listSequences.sorts"],
            "did you mean 'list.listSequences.sort'?",
        ),
        (
            [
                "--url",
                NOWHERE,
                "--key",
                "some_key",
                "--rule",
                "http.listSequences.trailing_slash",
                "--skip-rule",
                "http",
            ],
            "no rule is left",
        ),
        (["--url", NOWHERE, "--key", "some_key", "--report-html", "absent/report.html"], "absent must be a folder"),
        (["--url", NOWHERE], "SEQUENCES_CONTRACT_KEY"),
        (["--url", NOWHERE, "--key", "some_key", "--rule", "lisst"], "is no rule"),
        (["--url", NOWHERE, "--key", "some_key", "--allow-stops", "3"], "--allow-writes"),
        (["--url", NOWHERE, "--key", "some_key", "--fixture", "absent.yaml"], "absent.yaml"),
        (["--url", NOWHERE, "--key", "some_key", "--ca-bundle", "absent.pem"], "absent.pem"),
        (["--url", NOWHERE, "--key", "some_key", "--expect-failures", "absent.txt"], "absent.txt"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(bare_environment, capsys, options, words):
    assert main(["check", *options]) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize(
    "option",
    [
        ["--allow-stops", "some"],
        ["--rate", "fast"],
        ["--rate", "0"],
        ["--rate", "nan"],
        ["--header", "Authorization: x"],
        ["--header", "Content-Length: 5"],
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
        main(["check", "--url", NOWHERE, "--key", "some_key", *option])
    assert caught.value.code == 2
    assert f"argument {option[0]}: " in capsys.readouterr().err


def test_a_key_before_the_command_is_not_repeated(bare_environment, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--key", "some_key", "check", "--url", NOWHERE])
    shown = capsys.readouterr().err
    assert (caught.value.code, "some_key" in shown) == (2, False)
    assert "there is no option --key here; give options after the command" in shown


@pytest.mark.parametrize("option", ["--allow-write", "--prof", "--max-example", "--tim"])
def test_options_are_never_abbreviated(bare_environment, capsys, option):
    with pytest.raises(SystemExit) as caught:
        main(["check", "--url", NOWHERE, "--key", "some_key", option, "1"])
    assert caught.value.code == 2
    assert f"there is no option {option}" in capsys.readouterr().err


def test_the_same_seed_asks_the_same_questions(check):
    texts = []
    for _ in (1, 2):
        with serve(FIXTURE) as url:
            _, text = check(url, "--rule", "list.listSequences.pages", "--seed", "7")
            texts.append(text.split(" in ")[0].rsplit(";", 1)[0])
    assert texts[0] == texts[1]


def test_several_workers_find_what_one_finds(check, faulty, tmp_path):
    found = []
    for workers in ("1", "3"):
        rules = [
            part
            for name in ("list.listSequences.sort", "list.listSequences.pages", "get", "robustness.stateful")
            for part in ("--rule", name)
        ]
        options = ("--workers", workers, "--max-examples", "5", "--report-json", tmp_path / workers)
        status, _ = check(faulty, *rules, *options)
        assert status == 1
        document = json.loads((tmp_path / workers).read_text("utf-8"))
        found.append([(rule["id"], rule["verdict"], rule["judged"]) for rule in document["rules"]])
    assert found[0] == found[1]


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
