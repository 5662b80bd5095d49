"""Each report of the same outcomes: whole, in agreement, and with nothing in it that the target could make act."""

import json as json_text
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from sequences_contract.engine.settings import Settings
from sequences_contract.engine.verdicts import Evidence, Exit, Outcome, Verdict
from sequences_contract.report import github, html, json, junit, sarif, terminal
from sequences_contract.report.visible import visible
from sequences_contract.rules.registry import all_rules

#: What a hostile target may put into any text: it clears, recolours, turns round, breaks out, and commands.
HOSTILE = (
    "\x1b[2J\x1b]0;title\x07\x9b31m\u202e\u2066\u2028\r\n::error::from the target\n##[add-mask]x\n```\n</pre></code>"
    "<script>alert(1)</script><img src=x onerror=alert(1)> & \x00\ud800\ufffe ]]>"
)
SETTINGS = Settings("http://127.0.0.1:4010/v1")
RULES = all_rules()


def violated(text, lines=1):
    return Verdict(RULES[1], "violated", text, 1, (Evidence(text, text, tuple([f"curl {text}"] * lines)),))


def hostile(**more):
    verdicts = [
        Verdict(RULES[0], "passed", judged=3),
        violated(HOSTILE),
        Verdict(RULES[2], "not_exercised", HOSTILE),
        Verdict(RULES[3], "not_exercised", HOSTILE, excused=True),
        Verdict(RULES[4], "violated", evidence=(Evidence(HOSTILE, HOSTILE, ()),), expected=HOSTILE),
        Verdict(RULES[5], "violated"),
    ]
    return Outcome(verdicts, **{"notes": (HOSTILE,), "unexpectedly_passing": (HOSTILE,), **more})


OUTCOMES = {
    "whole": hostile(),
    "dead": hostile(failure=HOSTILE),
    "interrupted": hostile(interrupted=True),
    "nothing": Outcome([]),
    "rejected": Outcome([Verdict(rule, "not_exercised", "not reached") for rule in RULES], failure="rejected"),
}
outcomes = pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
HARMFUL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\ud800-\udfff]")


@outcomes
def test_no_report_holds_a_character_that_acts(outcome):
    for text in (
        terminal.text(outcome, SETTINGS, colour=False),
        html.text(outcome, SETTINGS),
        github.summary(outcome, SETTINGS),
        "\n".join(github.commands(outcome, SETTINGS)),
        sarif.text(outcome, SETTINGS),
        junit.text(outcome, SETTINGS),
        json.text(outcome, SETTINGS),
    ):
        assert HARMFUL.search(text) is None


def test_colours_are_the_reports_own():
    text = terminal.text(OUTCOMES["whole"], SETTINGS, colour=True)
    assert set(re.findall("\x1b[^m]*m", text)) <= {f"\x1b[{code}m" for code in (0, 1, 2, 31, 32, 33)}


def test_what_is_hidden_stands_as_its_escape():
    assert visible("a\x1b[2Jb\u202ec\nd\U000e0041") == "a\\x1b[2Jb\\u202ec\\nd\\U000e0041"
    assert visible("é 日本 🙂 'plain'") == "é 日本 🙂 'plain'"


@pytest.mark.parametrize("width", [60, 80, 110, 200])
@pytest.mark.parametrize(("size", "lines"), [(10, 40), (400, 12), (3000, 3), (50_000, 1)])
def test_one_fault_fills_no_more_than_a_screen(width, size, lines):
    outcome = Outcome([violated("x " * (size // 2), lines)])
    fault = terminal.text(outcome, SETTINGS, colour=False, width=width).split("\n\n")[1]
    assert sum(-(-len(line) // width) for line in fault.splitlines()) <= 40
    assert "curl x" in fault
    assert lines == 1 or "--report-json" in fault


def test_what_was_left_out_is_distinguished_from_what_was_not_exercised():
    assert "1 not exercised, 1 left out" in terminal.text(OUTCOMES["whole"], SETTINGS, colour=False)
    assert "1 not exercised, 1 left out" in github.summary(OUTCOMES["whole"], SETTINGS)
    assert '<b class="open">1</b>not exercised</li>\n<li><b class="">1</b>left out' in html.text(
        OUTCOMES["whole"], SETTINGS
    )


def test_the_reason_that_keeps_most_rules_back_comes_first():
    reasons = ["few", "many", "many", "few", "many"]
    untried = [Verdict(rule, "not_exercised", reason) for rule, reason in zip(RULES, reasons, strict=False)]
    for text in (
        terminal.text(Outcome(untried), SETTINGS, colour=False),
        github.summary(Outcome(untried), SETTINGS),
    ):
        assert 0 < text.index("many") < text.index("few")


def test_sarif_says_what_a_rule_rests_on_and_which_violations_have_one_cause():
    rules = [rule for rule in RULES if rule.id in ("shape.issue.status_code", "shape.issue.type")]
    evidence = (Evidence("a response below 500", "500 failure", ("curl x",)),)
    outcome = Outcome([Verdict(rule, "violated", evidence=evidence) for rule in rules])
    run = json_text.loads(sarif.text(outcome, SETTINGS))["runs"][0]
    help_ = run["tool"]["driver"]["rules"][0]["help"]["text"]
    assert "status_code repeats the HTTP status. (ref, openapi.yaml:" in help_
    first, second = (result["message"]["text"] for result in run["results"])
    assert "The cause is that of" not in first
    assert f"The cause is that of {rules[0].id}." in second


def test_many_reasons_fill_no_more_than_a_screen():
    outcome = Outcome([Verdict(rule, "not_exercised", f"reason {number} " * 50) for number, rule in enumerate(RULES)])
    text = terminal.text(outcome, SETTINGS, colour=False)
    assert len(text.splitlines()) <= 40
    assert f"for {len(RULES) - 12} more reasons" in text


@outcomes
def test_junit_counts_what_it_holds(outcome):
    root = ET.fromstring(junit.text(outcome, SETTINGS))
    suite = root.find("testsuite")
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases) >= len(outcome.verdicts)
    for counted, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(counted)) == len(suite.findall(f"testcase/{kind}"))
    assert int(suite.get("errors")) == (1 if outcome.failure or outcome.interrupted else 0)
    assert int(suite.get("failures")) == len(outcome.violated) + len(outcome.unexpectedly_passing)


@outcomes
def test_sarif_places_each_violation_and_says_whether_the_run_was_whole(outcome):
    run = json_text.loads(sarif.text(outcome, SETTINGS))["runs"][0]
    assert [result["ruleId"] for result in run["results"]] == [verdict.rule.id for verdict in outcome.violated]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    invocation = run["invocations"][0]
    assert invocation["exitCode"] == outcome.exit
    assert invocation["executionSuccessful"] == (outcome.exit not in (Exit.UNTESTABLE, Exit.INTERRUPTED))


@outcomes
def test_json_keeps_every_text_as_it_came(outcome):
    document = json_text.loads(json.text(outcome, SETTINGS))
    assert document["exit"] == outcome.exit
    assert [rule["id"] for rule in document["rules"]] == [verdict.rule.id for verdict in outcome.verdicts]
    assert [rule["reason"] for rule in document["rules"]] == [verdict.reason for verdict in outcome.verdicts]


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.tags = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@outcomes
def test_the_page_is_well_nested_and_takes_nothing_from_elsewhere(outcome):
    page = Page(html.text(outcome, SETTINGS))
    assert page.open == []
    assert not {"script", "img", "link", "iframe", "object", "a", "form"} & {tag for tag, _ in page.tags}
    assert {name for _, attributes in page.tags for name in attributes} <= {
        "lang",
        "charset",
        "name",
        "content",
        "class",
    }
    assert "url(" not in html.text(outcome, SETTINGS)


@outcomes
def test_a_target_cannot_command_a_workflow(outcome):
    log = github.log(terminal.text(outcome, SETTINGS, colour=False), outcome, SETTINGS).splitlines()
    word = log[0].removeprefix("::stop-commands::")
    assert len(word) == 32
    end = log.index(f"::{word}::")
    for line in log[end + 1 :]:
        assert re.match("::(error|warning) (file=openapi.yaml,line=[0-9]+,)?title=[^:]*::", line)
        assert "##[" not in line.split("::")[0]
    assert word not in "".join(github.log("", outcome, SETTINGS).splitlines())


def test_at_most_ten_annotations_of_a_kind_and_the_last_tells_of_the_others():
    verdicts = [Verdict(rule, "violated", evidence=(Evidence("a" * n, "b", ()),)) for n, rule in enumerate(RULES[:30])]
    verdicts += [Verdict(rule, "not_exercised", "why") for rule in RULES[30:60]]
    lines = list(github.commands(Outcome(verdicts, failure="it died", unexpectedly_passing=("list",)), SETTINGS))
    for kind, rest in (("error", 23), ("warning", 21)):
        shown = [line for line in lines if line.startswith(f"::{kind} ")]
        assert len(shown) == 10
        assert f"and {rest} more" in shown[-1]
    assert "it died" in lines[0]


def test_a_line_for_a_log_is_broken_where_it_could_command():
    for line in ("::error::x", "  ::set-env name=A::x", "a ##[add-mask]x"):
        broken = github.defused(line)
        assert not broken.lstrip().startswith("::")
        assert "##[" not in broken
    assert github.defused("plain a::b") == "plain a::b"


def test_the_summary_lists_what_was_not_exercised_and_keeps_the_targets_text_in_code():
    text = github.summary(OUTCOMES["whole"], SETTINGS)
    unexercised, left_out = text[text.index("### Not exercised") :].split("### Left out")
    assert RULES[2].id in unexercised
    assert RULES[3].id in left_out
    outside = re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", text)
    outside = re.sub(r"(?s)(?<!`)(`+) .*? \1(?!`)", "", outside)
    assert "<" not in outside
    assert "alert(1)" not in outside


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_a_script_that_is_shown_runs_as_it_stands():
    outcome = Outcome([Verdict(RULES[1], "violated", evidence=(Evidence("a", "b", ("printf %s 'it'\\''s'",)),))])
    line = next(x for x in terminal.text(outcome, SETTINGS, colour=False).splitlines() if "printf" in x)
    assert subprocess.run(["bash", "-c", line], capture_output=True, check=True).stdout == b"it's"
