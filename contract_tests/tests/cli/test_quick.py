"""`--quick`: of each rule its first requests, and the report says so."""

import json
import re

import pytest

RULES = ("list.listSequences.bound", "list.listSequences.pages", "id", "update.strings_kept")


@pytest.fixture
def checked(check, tmp_path):
    """Runs the command; gives its status, its output and the JSON report."""

    def run(url, *options):
        status, text = check(url, *options, "--report-json", tmp_path / "report.json")
        return status, " ".join(text.split()), json.loads((tmp_path / "report.json").read_text("utf-8"))

    return run


def rules(*names):
    return [part for name in names for part in ("--rule", name)]


def test_a_quick_run_judges_every_rule_with_fewer_requests(checked, sound):
    whole, _, everything = checked(sound, *rules(*RULES), "--allow-writes")
    status, text, quick = checked(sound, *rules(*RULES), "--allow-writes", "--quick")
    assert (whole, status) == (0, 0)
    assert [(one["id"], one["verdict"]) for one in quick["rules"]] == [
        (one["id"], one["verdict"]) for one in everything["rules"]
    ]
    assert 2 * quick["totals"]["requests"] < everything["totals"]["requests"]
    cut = [one["id"] for one in quick["rules"] if one["cut_short"]]
    assert f"a quick run: {len(cut)} rules ended after their first requests" in text
    assert cut
    assert not any(one["cut_short"] for one in everything["rules"])
    assert (quick["quick"], everything["quick"]) == (True, False)


def test_a_quick_run_finds_what_shows_at_once(checked, faulty):
    status, _, report = checked(faulty, *rules("list.listSequences.sort.created_at"), "--quick")
    assert status == 1
    assert [one["id"] for one in report["rules"] if one["verdict"] == "violated"]


def test_a_quick_run_generates_nothing_and_waits_for_no_timer(checked, sound):
    names = ("journeys", "robustness.getMe", "pause.resumes_by_itself", "get.getSequence")
    status, text, report = checked(sound, *rules(*names), "--allow-writes", "--quick")
    assert status == 0
    left_out = {one["id"]: one["reason"] for one in report["rules"] if one["verdict"] == "not_exercised"}
    assert set(left_out) == {"journeys.model", "robustness.getMe", "pause.resumes_by_itself"}
    assert all("leave out --quick" in reason for reason in left_out.values())
    assert "no timer was waited for" in text


def test_each_rule_says_how_many_requests_it_sent(checked, sound):
    _, _, report = checked(sound, *rules("list.listSequences.size", "shape"))
    sent = {one["id"]: one["requests"] for one in report["rules"]}
    assert sent["list.listSequences.size"] == 3
    assert sent["shape.json"] == 0


def test_the_slowest_rules_are_listed_on_demand(check, sound):
    names = rules("list.listSequences.size", "get.getSequence")
    assert "requests  " not in check(sound, *names)[1]
    _, text = check(sound, *names, "--slowest", "1")
    (line,) = [line for line in text.splitlines() if " requests  " in line]
    assert re.fullmatch(r" *\d+\.\d s +\d+ requests  (list.listSequences.size|get.getSequence.same_as_list)", line)
