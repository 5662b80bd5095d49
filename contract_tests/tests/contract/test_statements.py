"""The statements of the documentation and the rules that hold them: none without the other, and the page is current."""

from pathlib import Path

import pytest
from sequences_contract.cli.listing import as_markdown, as_text, without_rule
from sequences_contract.contract.document import load_contract
from sequences_contract.contract.statements import load_statements
from sequences_contract.rules.registry import all_rules

PAGE = Path(__file__).resolve().parents[3] / "docs" / "rules.md"


def test_every_statement_has_a_rule():
    assert without_rule() == []


def test_the_page_of_rules_is_current():
    assert PAGE.read_text(encoding="utf-8") == as_markdown() + "\n"


@pytest.mark.parametrize("statement", load_statements().values(), ids=lambda statement: statement.id)
def test_every_statement_has_a_basis_and_a_place_in_the_contract(statement):
    assert statement.basis in ("doc", "ref", "own")
    assert load_contract().line(statement.at) > 1


def test_every_group_that_was_promised_has_rules():
    groups = {rule.id.split(".")[0] for rule in all_rules()}
    assert {
        "shape",
        "access",
        "scope",
        "list",
        "update",
        "pause",
        "resume",
        "stop",
        "lifecycle",
        "journeys",
        "robustness",
    } <= groups


def test_strict_rules_are_those_of_our_own_decisions():
    for rule in all_rules():
        assert (rule.profile == "strict") == (rule.basis == "own")
        if rule.id.endswith(".strict"):
            assert rule.basis == "own", rule.id


def test_what_would_stop_runs_on_a_faulty_server_is_of_the_tier_of_stops():
    for rule in all_rules():
        if rule.id.split(".")[:2] in (["scope", "stop"], ["access", "stop"]) or rule.id.startswith("lifecycle.stop."):
            assert rule.tier == "stop", rule.id


def test_the_list_of_rules_names_each_with_its_sentence():
    text = as_text()
    for rule in all_rules():
        assert rule.id in text
        assert rule.sentence in text
