"""Files of recordings: every format is read, bounds hold, no key is shown, and the command reports as `check` does."""

import gc
import json
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from sequences_contract.cli import main
from sequences_contract.traffic import reading
from sequences_contract.traffic.entries import har_entry
from sequences_contract.traffic.exchange import Exchange
from sequences_contract.traffic.judge import Judge
from sequences_contract.traffic.redaction import Redactor

from .recordings import A, B, Recording, at, page, run

KEY = "topo_secretKeyOfSomebody"


@pytest.fixture
def judge(capsys, monkeypatch, tmp_path):
    """Runs `judge` on a file with that text; gives its status and the words that it printed, however they are wrapped."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def call(name, text, *options):
        (tmp_path / name).write_text(text, encoding="utf-8")
        status = main(["judge", str(tmp_path / name), *map(str, options)])
        out, err = capsys.readouterr()
        assert KEY not in out + err
        return status, " ".join((out + err).split())

    return call


def journal(*statuses):
    """The page of a sandbox's journal, newest first, in which a run has these statuses one after the other."""
    items = []
    for number, status in enumerate(statuses):
        body = json.dumps(run(status=status, updated_at=at(number)))
        items.insert(0, {
            "request_id": f"req_01k9zq6v{number}m8t2x4n7p5r1s0w6y", "at": at(0), "method": "GET",
            "path": f"/v1/sequences/{A}", "query": "", "operation": "getSequence", "key_name": "Reader",
            "status": 200, "milliseconds": 1.5, "fault": None,
            "request": {"headers": {}, "body_size": 0, "body": None},
            "response": {"headers": {"content-type": "application/json"}, "body_size": len(body), "body": body},
        })  # fmt: skip
    return {"items": items, "total_count": len(items), "total_pages": 1, "has_more": False}


RETURNS = Recording().add("GET", f"/sequences/{A}", run(status="FAILED")).add("GET", f"/sequences/{A}", run())
FAULTY = [
    ("recording.har", json.dumps(RETURNS.har()), "recording.har: log.entries[1]"),
    ("recording.har", "\ufeff" + json.dumps(RETURNS.har()), "recording.har: log.entries[1]"),
    ("recording.jsonl", "\n".join(map(json.dumps, RETURNS.entries)), "recording.jsonl:2"),
    ("recording.jsonl", "\n\n".join(map(json.dumps, reversed(RETURNS.entries))), "recording.jsonl:1"),
    ("journal.json", json.dumps(journal("FAILED", "ACTIVE")), "journal.json: items[0]"),
    ("journal.jsonl", "\n".join(map(json.dumps, journal("FAILED", "ACTIVE")["items"])), "journal.jsonl:1"),
]


@pytest.mark.parametrize(("name", "text", "place"), FAULTY)
def test_every_format_is_read_and_the_place_of_the_fault_is_shown(judge, name, text, place):
    status, shown = judge(name, text)
    assert status == 1
    assert "violated traffic.lifecycle" in shown
    assert f"{place} " in shown
    assert "the traffic breaks the contract (exit 1)" in shown


def test_traffic_that_breaks_nothing_is_0(judge):
    status, shown = judge("journal.json", json.dumps(journal("FOUND", "ACTIVE", "SUCCEEDED")))
    assert status == 0
    assert "the traffic conforms (exit 0)" in shown
    assert "on 3 responses" in shown


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.har", "{", "is no JSON"),
        ("a.har", '{"log": {}}', "neither log.entries"),
        ("a.har", '{"log": {"entries": [{"request": {}}]}}', "log.entries[0] is no entry of a HAR"),
        ("a.jsonl", '{"request"', ":1 is no JSON"),
        ("a.jsonl", "[1]", ":1 is no entry"),
        ("a.jsonl", "[1]\n[2]", ":1 is no entry"),
        ("a.har", json.dumps(Recording().har()), "no exchange is of this API"),
        ("a.har", json.dumps(Recording().add("GET", "/tasks", {}).har()), "no exchange is of this API"),
        ("a.har", json.dumps(Recording().add("GET", "/contacts", {"results": []}).har()), "looks like this API"),
        (
            "a.har",
            json.dumps(Recording().add("GET", "/sequences", "", content={"text": None}).har()),
            "recorded with its body",
        ),
        (
            "a.har",
            json.dumps(
                Recording().add("GET", "/me", {}).add("GET", "/contacts", {}, url="https://crm.example/v1").har()
            ),
            "https://crm.example/v1 and http://127.0.0.1:4010/v1 both look like this API; pass --url",
        ),
    ],
)
def test_what_cannot_be_judged_is_one_sentence_and_status_2(judge, name, text, words):
    status, shown = judge(name, text)
    assert status == 2
    assert words in shown
    assert "Traceback" not in shown


def test_only_what_is_below_the_url_is_judged(judge):
    recording = (
        Recording().add("GET", f"/sequences/{A}", run()).add("GET", "/contacts", {}, url="https://crm.example/v1")
    )
    assert judge("a.har", json.dumps(recording.har()), "--url", "http://127.0.0.1:4010/v1")[0] == 0


def test_a_recording_that_does_not_fit_is_refused_and_its_lines_are_not(judge, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 1000)
    entries = Recording().add("GET", f"/sequences/{A}", run()).add("GET", f"/sequences/{A}", run())
    status, shown = judge("a.har", json.dumps(entries.har()))
    assert (status, "jq -c" in shown) == (2, True)
    lines = "\n".join(map(json.dumps, entries.entries))
    assert judge("a.jsonl", lines)[0] == 0
    monkeypatch.setattr(reading, "LONGEST_LINE", 500)
    assert "is longer than" in judge("a.jsonl", lines)[1]
    monkeypatch.setattr(reading, "LONGEST_LINE", 10_000)
    monkeypatch.setattr(reading, "MOST_ENTRIES", 1)
    assert "has more than 1 lines" in judge("a.jsonl", lines)[1]


def test_user_and_password_in_a_url_are_not_shown(judge):
    recording = Recording().add("GET", f"/sequences/{A}", run(status="?"), url="http://somebody:hunter22@h.example/v1")
    status, shown = judge("a.har", json.dumps(recording.har()))
    assert (status, "hunter22" in shown, f"http://h.example/v1/sequences/{A}" in shown) == (1, False, True)


@pytest.mark.parametrize("key", ["key-3ax6aVeryRealKey", "key-12345", "key-others2"])
def test_a_key_that_looks_like_a_name_is_none(key):
    redactor = Redactor()
    assert redactor.headers([("Authorization", f"Bearer {key}")]) == [("Authorization", "Bearer key-1")]
    assert key not in redactor.text(f"at {key}")


def test_a_name_in_a_recording_that_was_redacted_before_stays():
    redactor = Redactor()
    assert [redactor.client(f"Bearer {name}") for name in ("key-7", "key-others")] == ["key-7", "key-others"]


def test_keys_are_in_no_report(judge, tmp_path):
    recording = Recording().add(
        "GET", f"/sequences?status=ACTIVE&api_key={KEY}", page(run(variables={"note": KEY})), key=KEY
    )
    recording.add(
        "GET",
        "/sequences?status=ACTIVE",
        page(run(B, variables={"k": KEY}), run(A, "FAILED", variables={"k": KEY})),
        key=KEY,
    )
    recording.add("GET", f"/sequences/{A}", run(status=KEY), key=KEY)
    paths = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "sarif")}
    options = [part for name, path in paths.items() for part in (f"--report-{name}", path)]
    status, shown = judge("a.har", json.dumps(recording.har()), *options, "--client")
    assert status == 1
    texts = {name: path.read_text("utf-8") for name, path in paths.items()}
    assert not [name for name, text in texts.items() if KEY in text]
    assert "topo_***" in shown
    violated = [rule["id"] for rule in json.loads(texts["json"])["rules"] if rule["verdict"] == "violated"]
    assert {"shape.getSequence.body", "list.listSequences.filter.status", "client.parameters"} <= set(violated)
    assert len(ET.fromstring(texts["junit"]).findall(".//failure")) == len(violated)
    assert [result["ruleId"] for result in json.loads(texts["sarif"])["runs"][0]["results"]] == violated


def test_an_entry_that_cannot_be_read_is_a_note(judge):
    recording = Recording().add("GET", f"/sequences/{A}", run())
    lines = [json.dumps(one) for one in (*recording.entries, {"request": {"method": 1}})] + ['{"cut']
    status, shown = judge("a.jsonl", "\n".join(lines))
    assert status == 0
    assert "entries that cannot be read: 2; the first: " in shown
    assert "a.jsonl:2 is no entry" in shown


def test_a_body_without_a_size_is_read(judge):
    recording = Recording().add("GET", f"/sequences/{A}", run(), content={"size": None})
    recording.add("GET", "/", "hello", url="https://cdn.example", content={"size": None})
    status, shown = judge("a.har", json.dumps(recording.har()))
    assert (status, "cannot be read" in shown) == (0, False)


def test_the_url_of_an_api_finds_it_in_a_journal_that_gives_paths(judge):
    text = json.dumps(journal("FOUND", "ACTIVE"))
    assert judge("journal.json", text, "--url", "http://127.0.0.1:4010/v1")[0] == 0
    assert judge("journal.json", text, "--url", "http://127.0.0.1:4010/other/v1")[0] == 2


def test_bodies_of_requests_are_weighed_too(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "_WINDOW_BYTES", 1000)
    text = {"variables": {"city": "x" * 2000}}
    recording = Recording().add("PATCH", f"/sequences/{A}", "{}", sent=text, begin=9).add("GET", "/me", "{}", begin=1)
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, recording.entries)), encoding="utf-8")
    found = [one.method for one in reading.read(path, Redactor(), reading.Unreadable())]
    assert found == ["PATCH", "GET"]


def test_no_body_is_kept_of_what_is_remembered():
    gc.collect()
    redactor = Redactor()
    judging = Judge(redactor, client=True)
    recording = Recording().add("PATCH", f"/sequences/{A}", run(updated_at=at(0.05)), sent={"variables": {}})
    recording.add("GET", f"/sequences/{A}", run(updated_at=at(0.05))).add("GET", "/sequences", page(run(), total=3))
    recording.add("GET", "/sequences?size=1", page(run(), total=2, pages=2, more=True))
    for index, entry in enumerate(recording.entries):
        judging.observe(har_entry(entry, f"entries[{index}]", redactor))
    gc.collect()
    kept = [one for one in gc.get_objects() if isinstance(one, Exchange) and one.weight]
    assert kept == []


@pytest.mark.parametrize(
    "text",
    [
        f"{KEY}&other={KEY.replace('_', '%5F')}",
        f"?a={KEY.replace('o', '%6f')}",
        f"?a={KEY.replace('o', '%256f')}&b={KEY.replace('_', '%25255F')}",
        f"?a=%25%37%34{KEY[1:]}",
        "other/key+of=somebody and other%2Fkey%2Bof%3Dsomebody",
        "postgres://user:p@ss@word@h.example/",
    ],
)
def test_no_form_of_a_key_is_shown(text):
    redactor = Redactor()
    redactor.client("Bearer other/key+of=somebody")
    shown = unquote(unquote(unquote(redactor.text(text))))
    assert not [one for one in (KEY, "secretKey", "other/key", "p@ss", "word") if one in shown]


def test_a_text_with_a_key_is_otherwise_as_it_was():
    assert Redactor().text(f'{{"a": "%22", "b": "{KEY}"}}') == '{"a": "%22", "b": "topo_***"}'


def test_a_key_is_hidden_before_a_text_is_cut(judge):
    key = "aKeyOfAnotherKind_" + "k" * 60
    recording = Recording().add("GET", f"/sequences?{'p' * 220}{key}=1", page(run()), key=f"x {key}")
    recording.entries[0]["request"]["headers"][0]["value"] = f"Bearer {key}"
    status, shown = judge("a.har", json.dumps(recording.har()), "--client")
    assert (status, "client.parameters" in shown, "aKeyOf" in shown) == (1, True, False)
