"""The README: its commands are run, its diagram and its tables are compared with what they describe."""

import json
import re

import pytest
from sequences_sandbox.cli import main
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.lifecycles import run_lifecycle
from sequences_sandbox.contract.reading import read_spec

ROOT = shipped("openapi.yaml").parent
README = (ROOT / "README.md").read_text("utf-8")
SPEC = read_spec(shipped("openapi.yaml"))


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_diagram_is_the_lifecycle_of_the_contract():
    assert blocks("mermaid") == [run_lifecycle(SPEC).mermaid() + "\n"]


def test_the_operations_are_those_of_the_contract():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+) (/\S+)` \| `?([\w: ]+)`? \|$", README, re.MULTILINE)
    stated = {
        (operation["operationId"], method.upper(), path, operation.get("x-required-scope", "any valid key"))
        for path, item in SPEC.document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }
    assert set(rows) == stated


def test_the_targets_that_it_names_are_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake ([a-z]+)\b(?=`|    #)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.fixture
def run(shell, url, client):
    """Runs a block of the README as a reader would, against a sandbox with its demo data as at the start."""

    def call(script):
        script = script.replace("http://127.0.0.1:4010", url).replace("curl ", "curl --silent ")
        return shell(script, SEQUENCES_SANDBOX_URL=url)

    return call


def test_every_curl_line_works_and_the_error_is_the_one_that_is_shown(run):
    listed, paused, error = (json.loads(run(block)) for block in blocks("sh") if "curl" in block)
    assert [run["status"] for run in listed["items"]] == ["ACTIVE", "ACTIVE"]
    assert paused["status"] == "WAITING_FOR_LEAD"
    shown = json.loads(blocks("json")[0])
    assert {**error, "request_id": ""} == {**shown, "request_id": ""}


def test_every_verb_works_and_the_suite_finds_that_the_sandbox_conforms(run):
    verbs, check = (block for block in blocks("sh") if "curl" not in block and "make" not in block)
    (pause,) = (block for block in blocks("sh") if "/pause" in block)
    run(pause)
    assert "now " in run(verbs)
    run(check.strip() + " --rule get")


def test_the_keys_are_those_of_the_demo_world(api):
    rows = dict(re.findall(r"^\| `(topo_\w+)` \| (.+) \|$", README, re.MULTILINE))
    assert list(rows) == [token for token, _ in api.app.default.keys]
    for token, key in api.app.default.keys[:-1]:
        assert set(re.findall(r"`([\w:]+)`", rows[token])) == key.scopes


def test_every_option_of_serve_has_help_and_an_environment_variable(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    for flag in re.findall(r"(?<=\s)--([a-z-]+)", text):
        if flag != "help":
            assert f"SEQUENCES_SANDBOX_{flag.replace('-', '_').upper()}" in text


def test_every_program_that_tests_need_is_installed_by_the_script():
    script = (ROOT / ".ci" / "install-programs").read_text("utf-8")
    needed = {package for _, package in re.findall(r"^need (\S+) +(\S+)$", script, re.MULTILINE)}
    (sentence,) = re.findall(r"`make test` uses (.*?)\.\sOn Debian", README, re.DOTALL)
    named = set(re.findall(r"Chromium|jq|curl|Node|nginx|Caddy|PgBouncer|Prometheus|Java|Go|zsh|fish", sentence))
    assert named == {
        "Chromium", "jq", "curl", "Node", "nginx", "Caddy", "PgBouncer", "Prometheus", "Java", "Go", "zsh",
        "fish",
    }  # fmt: skip
    assert len(named) == len(needed)
