"""docs/traffic.md names the rules and options that there are."""

import re
from pathlib import Path

import pytest
from sequences_contract.cli import main
from sequences_contract.traffic.rules import CLIENT_RULES, DRIFT_RULES, SERVER_RULES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "traffic.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^## .*?(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)


def test_the_page_has_the_rules_as_they_stand():
    shown = re.findall(r"^\| `((?:traffic|client|drift)\.\w+)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert shown == [(rule.id, rule.sentence) for rule in (*SERVER_RULES, *CLIENT_RULES, *DRIFT_RULES)]


@pytest.mark.parametrize("part", COMMANDS, ids=lambda part: part.splitlines()[0])
def test_each_part_names_the_options_of_its_command_and_no_others(part, capsys):
    command = re.search(r"sequences-contract (\w+)", part)[1]
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", capsys.readouterr().out)) - {"--help"}
    reports = {option for option in options if option.startswith("--report-")}
    assert all(report in PAGE for report in reports)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", part)) == options - reports, command
