"""docs/contract-suite.md and the composite action say what the command does."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from sequences_contract.cli.options import Parser, add_options
from sequences_contract.engine.control_api import ADMIN_VARIABLE
from sequences_contract.engine.verdicts import Exit
from sequences_contract.http.keys import KEY_VARIABLES

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "contract-suite.md").read_text(encoding="utf-8")
ACTION = yaml.safe_load((ROOT / ".github/actions/sequences-contract/action.yml").read_text(encoding="utf-8"))


def flags():
    parser = Parser()
    add_options(parser)
    return {flag for action in parser._actions for flag in action.option_strings if flag.startswith("--")} - {"--help"}


def test_the_page_names_every_option_and_no_other():
    of_others = {"--editable", "--fixture", "--port", "--quiet", "--sequences-url", "--sequences-options"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE))
    assert flags() - named == set()
    assert named - flags() <= of_others


def test_the_page_names_every_variable_and_every_exit_status():
    for variable in (*KEY_VARIABLES.values(), ADMIN_VARIABLE):
        assert f"`{variable}`" in PAGE
    for status in Exit:
        assert f"\n| {status.value} | " in PAGE


@pytest.mark.parametrize("snippet", re.findall(r"```yaml\n(.*?)```", PAGE, re.S))
def test_each_snippet_for_a_ci_is_yaml(snippet):
    assert isinstance(yaml.safe_load(snippet), dict | list)


def test_the_action_calls_the_command_with_options_that_it_has(tmp_path):
    script = ACTION["runs"]["steps"][-1]["run"]
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", script)) <= flags()
    (tmp_path / "sequences-contract").write_text(
        '#!/bin/sh\nprintf "%s\\n" "$@" > arguments\nexit 3\n', encoding="utf-8"
    )
    (tmp_path / "sequences-contract").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "URL": "http://h/v1", "OPTIONS": "--rule *", "REPORT": "a b"}
    result = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env=environment, check=False)
    assert result.returncode == 3
    arguments = (tmp_path / "arguments").read_text(encoding="utf-8").splitlines()
    assert arguments[:5] == ["check", "--url", "http://h/v1", "--rule", "*"]
    assert "a b/report.html" in arguments
    assert (tmp_path / "a b").is_dir()
