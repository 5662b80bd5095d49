"""Documentation that cannot lie: the README's commands are run, its diagram and tables compared with what they speak of."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sequences_sandbox.cli import main
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import read_lifecycle, read_spec

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


def run(script, sandbox):
    """A block of the README, run in a shell as a reader would, against a sandbox of its own."""
    root = sandbox.base.removesuffix("/v1")
    environment = {
        **os.environ,
        "SANDBOX": sandbox.base,
        "SEQUENCES_SANDBOX_URL": root,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    script = script.replace("http://127.0.0.1:4010", root).replace("curl ", "curl --silent ")
    return subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=120, env=environment, check=False
    )


def test_every_curl_line_works_and_the_refusal_is_the_one_that_is_shown(running):
    sandbox = running()
    answers = [run(block, sandbox).stdout for block in blocks("sh") if "curl" in block]
    listed, paused, build_error_response = (json.loads(answer) for answer in answers)
    assert [run["status"] for run in listed["items"]] == ["ACTIVE", "ACTIVE"]
    assert paused["status"] == "WAITING_FOR_LEAD"
    shown = json.loads(blocks("json")[0])
    assert {**build_error_response, "request_id": ""} == {**shown, "request_id": ""}


def test_every_verb_works_and_the_suite_finds_the_sandbox_conforming(running):
    sandbox = running("--fixture", "demo")
    verbs, check = (block for block in blocks("sh") if "curl" not in block and "make" not in block)
    done = run(verbs, sandbox)
    assert done.stderr == ""
    assert "now " in done.stdout
    assert done.stdout.splitlines()[-1] == "it is not so: 0 fit"
    done = run(check.strip() + " --rule get --rule list.refuses", sandbox)
    assert (done.returncode, done.stderr) == (0, "")


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
