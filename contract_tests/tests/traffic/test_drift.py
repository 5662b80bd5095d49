"""Recorded requests sent to another server: differences that matter are found, and natural ones are none."""

import json

import httpx
import pytest
from sequences_contract.cli import main
from sequences_contract.contract import timestamps
from sequences_contract.http.target import Target
from sequences_contract.traffic.drift import Drift
from sequences_contract.traffic.entries import har_entry
from sequences_contract.traffic.redaction import Redactor

from .recordings import START, A, B, C, Recording, at, issue, page, run

KEY = "topo_aKeyOfTheOtherServer"
LIST, MISSING = "/sequences?status=ACTIVE&sort_order=asc", "0e000000-0000-4000-8000-0000000000ff"


def recorded():
    recording = Recording().add("GET", LIST, page(run(A), run(B), run(C, variables=None)))
    recording.add("GET", f"/sequences/{A}", run(A))
    return recording.add("GET", f"/sequences/{MISSING}", issue(404, "NotFoundIssue"), status=404)


def compared(recording, respond, **options):
    """The violated rules, and the requests that the other server got."""
    got = []

    def handle(request):
        got.append(request)
        status, body = respond(request)
        return httpx.Response(status, json=body)

    redactor = Redactor()
    target = Target("http://other.example/v1", {"key": KEY}, transport=httpx.MockTransport(handle))
    drift = Drift(target, redactor, **options)
    for index, entry in enumerate(recording.entries):
        drift.observe(har_entry(entry, f"entries[{index}]", redactor))
    outcome = drift.outcome()
    return {one.rule.id: one.evidence[0] for one in outcome.violated}, got, outcome


def changed(change=lambda body: body, lookup=None, status=200):
    """Responds as recorded, but for what `change` makes of the list, `lookup` of the run, and for a missing one."""

    def respond(request):
        if request.url.path == "/v1/sequences":
            return status, change(page(run(A), run(B), run(C, variables=None)))
        if request.url.path.endswith(MISSING):
            return 404, issue(404, "NotFoundIssue", request_id="req_01k9zq6v3m8t2x4n7p5r1s0w99")
        return 200, lookup or run(A)

    return respond


def items(change):
    return lambda body: body | {"items": [change(one) for one in body["items"]]}


NATURAL = {
    "nothing": changed(),
    "times, values and statuses": changed(
        items(lambda one: one | {"updated_at": at(99), "variables": {}, "status": "FAILED"})
    ),
    "further fields": changed(items(lambda one: one | {"score": 12})),
    "null where null is allowed": changed(items(lambda one: one | {"variables": None})),
    "ids": lambda request: (
        (200, page(*(run(one) for one in (B[:-1] + "1", B[:-1] + "2", B[:-1] + "3"))))
        if request.url.path == "/v1/sequences" else changed()(request)
    ),
}  # fmt: skip
DIFFERENT = {
    "drift.status": changed(lambda _: issue(422, "BusinessIssue"), status=422),
    "drift.fields": changed(items(lambda one: {name: value for name, value in one.items() if name != "contact_id"})),
    "drift.types": changed(items(lambda one: one | {"created_at": 1772442000})),
    "drift.totals": changed(lambda body: body | {"total_count": 4}),
    "drift.order": changed(lambda body: body | {"items": body["items"][::-1]}),
    "drift.error_type": lambda request: (
        (404, issue(404, "BusinessIssue")) if request.url.path.endswith(MISSING) else changed()(request)
    ),
}


@pytest.mark.parametrize("name", NATURAL)
def test_what_differs_by_nature_is_no_difference(name):
    violated, got, outcome = compared(recorded(), NATURAL[name])
    assert violated == {}
    assert outcome.exit == 0
    assert len(got) == 3


@pytest.mark.parametrize("rule", DIFFERENT)
def test_what_the_contract_cares_about_is_a_difference(rule):
    violated, _, outcome = compared(recorded(), DIFFERENT[rule])
    assert list(violated) == [rule]
    assert outcome.meaning == "responses differ"
    place, curl = violated[rule].curl
    assert place.startswith("# entries[")
    assert "http://other.example/v1/sequences" in curl


def test_the_order_is_compared_where_the_values_that_make_it_are_the_same():
    recording = Recording().add("GET", "/sequences?sort_by=status", page(run(A), run(B), run(C, "FOUND")))
    moved = page(run(C, "FOUND"), run(A, "SUCCEEDED"), run(B, "SUCCEEDED"))
    assert compared(recording, lambda _: (200, moved))[0] == {}
    turned = page(run(C, "FOUND"), run(A), run(B))
    assert set(compared(recording, lambda _: (200, turned))[0]) == {"drift.order"}
    unclear = Recording().add("GET", "/sequences?sort_by=status&sort_by=status", page(run(A), run(B)))
    assert compared(unclear, lambda _: (200, page(run(B), run(A))))[0] == {}


def test_an_item_that_the_other_server_has_by_another_id_is_asked_for_by_that():
    other = A.replace("0e", "1e", 1)

    def respond(request):
        assert A not in str(request.url)
        if request.url.path == "/v1/sequences":
            return 200, page(run(other), run(B), run(C))
        return changed(lookup=run(other))(request)

    assert compared(recorded(), respond)[0] == {}


def test_an_item_that_the_other_server_never_had_is_left_out():
    alone = Recording().add("GET", f"/sequences/{A}", run(A)).add("GET", LIST, page())
    found, _, outcome = compared(
        alone, lambda request: (200, page()) if "status" in str(request.url) else (404, issue(404, "NotFoundIssue"))
    )
    assert found == {}
    assert "requests about items that the server does not have: 1" in outcome.notes


def writing():
    recording = recorded().add(
        "POST", f"/sequences/{A}/pause", run(A, "WAITING_FOR_LEAD"), sent={"paused_until": at(3 + 3600)}
    )
    return recording.add(
        "POST", f"/sequences/{B}/stop", run(B, "STOPPED_EARLY"), sent={"reason": "WIN", "scope": "CONTACT"}
    )


def test_writes_are_sent_to_runs_that_are_named_alone_and_pauses_end_as_much_later():
    violated, got, outcome = compared(writing(), changed(lookup=run(A, "WAITING_FOR_LEAD")))
    assert (violated, {one.method for one in got}) == ({}, {"GET"})
    assert "recorded writes that were not sent (--write-run ID allows those on a run): 2" in outcome.notes
    violated, got, _ = compared(writing(), changed(lookup=run(A, "ACTIVE")), writable=frozenset({A}))
    assert [one.url.path for one in got if one.method == "POST"] == [f"/v1/sequences/{A}/pause"]
    until = timestamps.parse(json.loads(got[-1].content)["paused_until"])
    assert float(until) - START.timestamp() > 24 * 3600
    assert set(violated) == {"drift.effect"}


def test_a_recording_of_several_keys_is_sent_for_the_first_alone_and_each_read_once():
    recording = recorded()
    for entry in recorded().entries:
        recording.entries += [entry, json.loads(json.dumps(entry).replace("one_key", "two_key"))]
    violated, got, outcome = compared(recording, changed())
    assert (violated, len(got)) == ({}, 3)
    assert "requests with another key than the first, which were not sent: 3" in outcome.notes


@pytest.fixture
def drift(capsys, monkeypatch, tmp_path):
    """Runs `drift` with what was recorded; gives its status and what it printed."""
    monkeypatch.setenv("SEQUENCES_CONTRACT_KEY", KEY)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def call(url, recording, *options):
        (tmp_path / "record.har").write_text(json.dumps(recording.har()), encoding="utf-8")
        status = main(["drift", "--record", str(tmp_path / "record.har"), "--against", url, *options])
        shown = " ".join("".join(capsys.readouterr()).split())
        assert KEY not in shown
        return status, shown

    return call


def test_a_server_that_is_not_there_or_rejects_the_key_cannot_be_compared(drift, sound):
    status, shown = drift("http://127.0.0.1:1/v1", recorded())
    assert (status, "check that --against names a server that runs" in shown) == (2, True)
    status, shown = drift(sound, recorded())
    assert (status, "rejects the key (401)" in shown) == (2, True)


def test_a_proxy_that_gives_no_connection_is_named_with_its_variable(drift, monkeypatch):
    for name in ("http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://me:sesame@127.0.0.1:1")
    status, shown = drift("http://target.invalid/v1", recorded())
    text = " ".join(shown.split())
    assert (status, "cannot connect through the proxy http://127.0.0.1:1 that HTTP_PROXY names: " in text) == (2, True)
    assert "; correct that variable, or name the host in NO_PROXY" in text
    assert "sesame" not in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--write-run", "all"], "'all' is no id"),
        (["--record", "absent.har"], "absent.har: there is no such file"),
        (["--url", "nowhere"], "is no URL"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(drift, options, words):
    status, shown = drift("http://127.0.0.1:1/v1", recorded(), *options)
    assert (status, words in shown) == (2, True)


def test_nothing_is_sent_of_a_recording_of_writes(drift):
    recording = Recording().add("POST", f"/sequences/{A}/resume", run(A))
    status, shown = drift("http://127.0.0.1:1/v1", recording)
    assert (status, "nothing was sent" in shown) == (2, True)
