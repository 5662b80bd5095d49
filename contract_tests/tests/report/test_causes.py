"""Violations that one difference explains are one finding."""

from sequences_contract.engine.settings import Settings
from sequences_contract.engine.verdicts import Evidence, Outcome, Verdict
from sequences_contract.report import terminal
from sequences_contract.report.causes import causes
from sequences_contract.rules.registry import all_rules

RULES = {rule.id: rule for rule in all_rules()}
URL = "http://127.0.0.1:4010/v1/sequences"
LIST = "list.listSequences"


def violated(rule, expected, got, *lines):
    return Verdict(RULES[rule], "violated", evidence=(Evidence(expected, got, tuple(lines)),))


def grouped(*verdicts):
    return [{one.first.rule.id, *(other.rule.id for other in one.others)} for one in causes(verdicts)]


def test_an_order_that_is_ignored_is_one_cause_whatever_is_sorted_by():
    sorts = [
        violated(f"{LIST}.sort.{field}", f"items by {field} desc", f"{value} before {other}", f"curl {URL}?sort_by={field}")
        for field, value, other in (
            ("created_at", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00.5Z"),
            ("updated_at", "2026-01-03T00:00:00Z", "2026-02-02T00:00:00Z"),
        )
    ]  # fmt: skip
    other = violated(f"{LIST}.size", "50 items", "10", f"curl '{URL}?size=50'")
    assert grouped(*sorts, other) == [{sorts[0].rule.id, sorts[1].rule.id}, {other.rule.id}]


def test_a_rule_over_all_operations_is_one_cause_and_two_rules_of_one_operation_are_two():
    names = ("access.listSequences.missing_key", "access.getSequence.missing_key")
    open_ = [violated(name, f"401, without a key: {n}", "200 {}", f"curl {n}") for n, name in enumerate(names)]
    rejects = [
        violated(f"{LIST}.rejects.{name}", "400 or 422, for no such thing", "200 {}", f"curl '{URL}?{name}=x'")
        for name in ("status", "size")
    ]
    assert grouped(*open_, *rejects) == [set(names), {rejects[0].rule.id}, {rejects[1].rule.id}]


def test_filters_together_are_explained_by_the_one_that_fails_alone():
    said = "the 3 items that satisfy the filters"
    alone = violated(f"{LIST}.filter.status", said, "9 items", f"curl '{URL}?status=ACTIVE&page=1'")
    both = violated(f"{LIST}.filters.pairs", said, "4 items", f"curl '{URL}?created_at_after=x&status=FOUND'")
    other = violated(f"{LIST}.bound.created_at_before", said, "7 items", f"curl '{URL}?created_at_before=x'")
    assert grouped(alone, both, other) == [{alone.rule.id, both.rule.id}, {other.rule.id}]


def test_variables_that_are_lost_are_one_cause_and_no_generated_script_is_shown_of_it():
    written = violated("update.merge", "variables {'suite_a': '1'}", "{'suite_a': None}", "curl one", "curl two")
    other = violated("update.strings_kept", "variables {'suite_0': ''}", "{'suite_0': None}", *["curl"] * 5)
    walked = violated("journeys.model", "variables {'suite_b': 'x'}", "{}", "curl walk")
    (cause,) = causes([other, walked, written])
    assert (cause.first, cause.others) == (written, (other, walked))


def test_one_failure_of_the_server_is_one_cause_and_its_shortest_script_is_shown():
    body = '500 {"message": "The server failed: KeyError.", "request_id": "req_%s"}'
    long = violated("update.merge", "200", body % "01a", "curl one", "curl two", "curl three")
    short = violated("update.persists", "a response below 500", body % "02b", "curl short")
    (cause,) = causes([long, short])
    assert cause.first is short
    text = terminal.text(Outcome([long, short]), Settings("http://127.0.0.1:4010/v1"), colour=False)
    assert "2 violated by 1 cause," in text.splitlines()[0]
    assert text.count("violated  ") == 1
    assert "and 1 rule more:  update.merge" in text
    assert "curl short" in text
    assert "curl two" not in text


def test_success_says_what_was_held_where_much_was_left_out_or_is_known_to_fail():
    rules = [rule for rule in RULES.values() if rule.tier == "read"]
    passed = [Verdict(rule, "passed", judged=1) for rule in rules[:3]]
    left_out = [Verdict(rule, "not_exercised", "it writes", excused=True) for rule in rules[3:10]]
    known = Verdict(rules[11], "violated", expected="ticket 7")
    assert Outcome(passed).meaning == "the target conforms"
    assert Outcome([*passed, *left_out]).meaning == "what was tried holds: 3 of 10 rules; nothing written"
    assert Outcome(passed, unselected=300).meaning == "what was tried holds: 3 of 303 rules; nothing written"
    assert "1 known failure(s) aside: 3 of 4 rules" in Outcome([*passed, known]).meaning
