"""Documentation that cannot lie: the README's commands are run, its diagram and tables compared with what they speak of."""

import json
import os
import re
import subprocess

import pytest
from sequences_sandbox.cli import main
from sequences_sandbox.paths import shipped
from sequences_sandbox.spec import read_lifecycle, read_spec

ROOT = shipped("openapi.yaml").parent
README = (ROOT / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_diagram_is_the_lifecycle_of_the_contract():
    assert blocks("mermaid") == [read_lifecycle(read_spec(shipped("openapi.yaml"))).mermaid() + "\n"]


def test_the_two_commands_are_targets_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    for line in blocks("sh")[0].strip().splitlines():
        target = line.split()[1]
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_every_curl_line_works_and_the_refusal_is_the_one_that_is_shown(running):
    sandbox = running()
    answers = []
    for block in blocks("sh")[1:]:
        script = block.replace("http://127.0.0.1:4010/v1", sandbox.base).replace("curl ", "curl --silent ")
        environment = {**os.environ, "SANDBOX": sandbox.base}
        done = subprocess.run(
            ["bash", "-ec", script], capture_output=True, text=True, timeout=30, env=environment, check=True
        )
        answers.append(json.loads(done.stdout))
    listed, paused, refused = answers
    assert [run["status"] for run in listed["items"]] == ["ACTIVE", "ACTIVE"]
    assert paused["status"] == "WAITING_FOR_LEAD"
    shown = json.loads(blocks("json")[0])
    assert {**refused, "request_id": ""} == {**shown, "request_id": ""}


def test_the_keys_are_those_of_the_demo_world(api):
    rows = dict(re.findall(r"^\| `(topo_\w+)` \| (.+) \|$", README, re.MULTILINE))
    assert list(rows) == [token for token, _ in api.app.default.keys]
    for token, key in api.app.default.keys[:-1]:
        assert set(re.findall(r"`([\w:]+)`", rows[token])) == key.scopes


def test_every_link_leads_to_a_file():
    documents = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    for document in documents:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_command_that_is_named_exists(capsys):
    for command in re.findall(r"^sequences-sandbox (\w+)", blocks("")[0], re.MULTILINE):
        with pytest.raises(SystemExit) as caught:
            main([command, "--help"])
        assert caught.value.code == 0
    capsys.readouterr()


def test_every_option_of_serve_has_help_and_an_environment_variable(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    for flag in re.findall(r"(?<=\s)--([a-z-]+)", text):
        if flag != "help":
            assert f"SEQUENCES_SANDBOX_{flag.replace('-', '_').upper()}" in text
