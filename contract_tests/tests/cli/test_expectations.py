"""Lists of expected failures: accepted with their reasons, and unable to rot."""

import json
import re

import pytest

NOWHERE = "http://127.0.0.1:1/v1"


@pytest.fixture
def listed(tmp_path):
    return tmp_path / "known.txt"


@pytest.mark.parametrize("separator", ["  ", "\t", " \t "])
def test_expected_failures_are_accepted_with_a_reason(check, faulty, listed, separator):
    text = f"\ufeff# known\n\n  # more\nlist.listSequences.sort{separator}ascending only, see #12 # of the tracker\n"
    listed.write_text(text, encoding="utf-8")
    status, text = check(faulty, "--rule", "list.listSequences.sort.created_at", "--expect-failures", listed)
    assert status == 0
    assert "ascending only, see #12 # of the tracker" in text
    assert "(exit 0)" in text


def test_an_expected_failure_that_passes_is_reported_everywhere(check, faulty, listed, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    listed.write_text("list.listSequences.sort why\nid.getSequence.unknown it was wrong once\n", encoding="utf-8")
    options = ("--expect-failures", listed, "--report-json", tmp_path / "json", "--report-html", tmp_path / "html")
    status, text = check(faulty, "--rule", "list.listSequences.sort", "--rule", "id.getSequence.unknown", *options)
    assert status == 1
    assert "'id.getSequence.unknown' is expected to fail and passes" in text
    assert "what is expected to fail passes (exit 1)" in text
    assert "::error title=id.getSequence.unknown::" in text
    document = json.loads((tmp_path / "json").read_text("utf-8"))
    assert (document["exit"], document["unexpectedly_passing"]) == (1, ["id.getSequence.unknown"])
    assert "id.getSequence.unknown</code> is expected to fail and passes" in (tmp_path / "html").read_text("utf-8")


def test_a_baseline_expects_just_what_fails_and_keeps_reasons(check, faulty, listed, tmp_path):
    rules = ("--rule", "list.listSequences.sort", "--rule", "id.getSequence.unknown")
    listed.write_text("list.listSequences.sort.status why it is so\n", encoding="utf-8")
    written = tmp_path / "baseline"
    assert check(faulty, *rules, "--expect-failures", listed, "--write-baseline", written)[0] == 1
    lines = written.read_text("utf-8").splitlines()
    assert "list.listSequences.sort.status  why it is so" in lines
    dated = re.compile(r"list.listSequences.sort.created_at  since \d{4}-\d\d-\d\d: expected items")
    assert any(map(dated.match, lines)), lines
    status, text = check(faulty, *rules, "--expect-failures", written)
    assert (status, " 0 violated" in text) == (0, True), text


def test_a_list_for_all_rules_serves_some_of_them(check, faulty, listed):
    listed.write_text(
        "list.listSequences.sort why\nlist.listSequences.sort.status.ties.strict a strict rule\n", encoding="utf-8"
    )
    assert check(faulty, "--rule", "id.getSequence.unknown", "--expect-failures", listed)[0] == 0


def test_every_line_of_a_list_that_is_wrong_is_named(check, listed):
    listed.write_text("list.listSequences.sort\n\nnothing.such why\nget why\nget again\n", encoding="utf-8")
    status, text = check(NOWHERE, "--expect-failures", listed)
    assert status == 2
    for number, words in ((1, "has no reason"), (3, "is no rule"), (5, "a second time")):
        line = next(line for line in text.splitlines() if f"{listed}:{number}:" in line)
        assert words in line
    listed.write_bytes(b"list.listSequences.sort \xff\n")
    status, text = check(NOWHERE, "--expect-failures", listed)
    assert status == 2
    assert "not UTF-8" in text
