"""Recordings with one fault each: it is found, by the rule that is about it, at its entry, and by no other rule."""

import pytest
from sequences_contract.traffic import counts

from .recordings import OTHER, A, B, C, Recording, at, issue, page, run, violated

PARTITION = "list.listSequences.pages.partition"


def listed(body, query="", **more):
    return Recording().add("GET", f"/sequences{query}", body, **more)


def without(item, name):
    return {key: value for key, value in item.items() if key != name}


def read(*bodies):
    recording = Recording()
    for body in bodies:
        recording.add("GET", f"/sequences/{A}", body)
    return recording


def twice(body, query=""):
    return listed(body, query).add("GET", f"/sequences{query}", body)


def write(event, body, sent=None, *, then=None, first=None):
    recording = read(first) if first else Recording()
    method, path = ("PATCH", f"/sequences/{A}") if event == "update" else ("POST", f"/sequences/{A}/{event}")
    recording.add(method, path, body, sent=sent)
    return recording.add("GET", f"/sequences/{A}", then) if then else recording


STOP, STOPPED = {"reason": "WIN", "scope": "CONTACT"}, run(status="STOPPED_EARLY", updated_at=at(0.05))
UPDATED = run(variables={"city": "Rome"}, updated_at=at(0.05))
ONE_PAGE = {
    "a field is missing": (listed(page(without(run(), "status"))), "shape.listSequences.body"),
    "a field has another type": (read(run(variables=["city"])), "shape.getSequence.body"),
    "a status that is none": (read(run(status="PAUSED")), "shape.getSequence.body"),
    "a time that is none": (read(run(updated_at="yesterday")), "shape.getSequence.body"),
    "updated before it was created": (read(run(updated_at=at(-5000))), "shape.getSequence.times"),
    "HTML": (read("<h1>Hello</h1>").add("GET", f"/sequences/{A}", run()), "shape.json"),
    "JSON that says it is text": (listed(page(run()), headers={"Content-Type": "text/plain"}), "shape.json"),
    "total_pages": (twice(page(run(), total=1, pages=2)), PARTITION),
    "has_more on the last page": (twice(page(run(), more=True)), PARTITION),
    "has_more missing before the last": (twice(page(run(), run(B), total=5, pages=3), "?size=2"), PARTITION),
    "a short page": (twice(page(run(), total=5, pages=3, more=True), "?size=2"), PARTITION),
    "a total of too many": (twice(page(run(), run(B), total=3)), PARTITION),
    "more items than asked for": (
        listed(page(run(), run(B), run(C), pages=2, more=True), "?size=2"),
        "list.listSequences.size",
    ),
    "more items than the default": (
        listed(page(*[run(f"{A[:-2]}{n}") for n in range(10, 21)], pages=2, more=True)),
        "list.listSequences.size",
    ),
    "another status": (listed(page(run(), run(B, "FOUND")), "?status=ACTIVE"), "list.listSequences.filter.status"),
    "another template": (
        listed(page(run()), f"?sequence_template_id={OTHER}"),
        "list.listSequences.filter.sequence_template_id",
    ),
    "the bound itself": (
        listed(page(run(created_at=at(-1000))), f"?created_at_after={at(-1000)}"),
        "list.listSequences.bound.created_at_after",
    ),
    "beyond a bound": (
        listed(page(run(created_at=at(-1000))), f"?created_at_before={at(-1001)}"),
        "list.listSequences.bound.created_at_before",
    ),
    "out of order": (listed(page(run(B), run(A))), "list.listSequences.sort.created_at"),
    "out of order downwards": (listed(page(run(A), run(B)), "?sort_order=desc"), "list.listSequences.sort.created_at"),
    "a status in two blocks": (
        listed(page(run(A), run(B, "FAILED"), run(C)), "?sort_by=status"),
        "list.listSequences.sort.status",
    ),
    "an item twice": (listed(page(run(), run())), PARTITION),
    "a size that is too large": (listed(page(run()), "?size=500"), "list.listSequences.rejects.size"),
    "a status that nothing has": (listed(page(), "?status=PAUSED"), "list.listSequences.rejects.status"),
    "an error without type": (
        read(run()).add("GET", f"/sequences/{A}", without(issue(404, ""), "type"), status=404),
        "shape.issue.form",
    ),
    "an error of another type": (
        read(run()).add("GET", f"/sequences/{A}", issue(404, "BusinessIssue"), status=404),
        "shape.issue.type",
    ),
    "an error of another status": (
        read(run()).add("GET", f"/sequences/{A}", issue(400, "NotFoundIssue"), status=404),
        "shape.issue.status_code",
    ),
    "a request id that is none": (
        read(run()).add("GET", f"/sequences/{A}", issue(404, "NotFoundIssue", request_id="17"), status=404),
        "shape.issue.request_id",
    ),
    "another run": (read(run(B)), "traffic.same_item"),
    "a total between two others": (
        listed(page(run())).add("GET", "/sequences", page(run(), total=2)).add("GET", "/sequences", page(run())),
        PARTITION,
    ),
    "201 for 200": (
        Recording()
        .add("POST", f"/sequences/{A}/stop", STOPPED, sent=STOP, status=201)
        .add("GET", f"/sequences/{A}", run()),
        "shape.stopSequence.body",
    ),
    "204 for 200": (read(run()).add("GET", f"/sequences/{B}", "", status=204), "shape.getSequence.body"),
    "a filter beside a size given twice": (
        listed(page(run(B, "FOUND")), "?status=ACTIVE&size=2&size=2"),
        "list.listSequences.filter.status",
    ),
}
ACROSS = {
    "a stopped run returns": (read(run(status="STOPPED_EARLY"), run(updated_at=at(0.5))), "traffic.lifecycle", 1),
    "a run that succeeded returns": (read(run(status="SUCCEEDED"), run()), "traffic.lifecycle", 1),
    "a run is found again": (read(run(), run(status="FOUND")), "traffic.lifecycle", 1),
    "a stopped run is in a list": (
        read(run(status="STOPPED_EARLY")).add("GET", "/sequences", page(run())),
        "traffic.lifecycle",
        1,
    ),
    "a stopped run is resumed": (
        write("resume", run(updated_at=at(1.05)), first=run(status="STOPPED_EARLY")),
        "traffic.lifecycle",
        1,
    ),
    "an update is forgotten": (
        write("update", UPDATED, {"variables": {"city": "Rome"}}, then=UPDATED | {"variables": {}}),
        "traffic.read_after_write",
        1,
    ),
    "a read is stale": (
        write("update", UPDATED, {"variables": {"city": "Rome"}}, then=run()),
        "traffic.read_after_write",
        1,
    ),
    "a stop does not show": (
        write(
            "stop", run(status="STOPPED_EARLY", updated_at=at(0.05)), {"reason": "WIN", "scope": "CONTACT"}, then=run()
        ),
        "traffic.read_after_write",
        1,
    ),
    "an update that sets nothing": (
        write("update", run(updated_at=at(0.05)), {"variables": {"city": "Rome"}}),
        "traffic.write_response",
        0,
    ),
    "an update that removes nothing": (
        write("update", run(updated_at=at(0.05)), {"variables": {"city": None}}),
        "traffic.write_response",
        0,
    ),
    "an update that keeps an empty text": (
        write("update", run(variables={"city": ""}, updated_at=at(0.05)), {"variables": {"city": None}}),
        "traffic.write_response",
        0,
    ),
    "a pause that does not pause": (write("pause", run(), {"paused_until": at(900)}), "traffic.write_response", 0),
    "a stop that does not stop": (
        write("stop", run(), {"reason": "WIN", "scope": "CONTACT"}),
        "traffic.write_response",
        0,
    ),
    "an item on two pages": (
        listed(page(run(A), run(B), total=3, pages=2, more=True), "?size=2").add(
            "GET", "/sequences?size=2&page=2", page(run(B), total=3, pages=2)
        ),
        PARTITION,
        1,
    ),
}


@pytest.mark.parametrize("name", ONE_PAGE)
def test_a_response_is_judged_by_itself(name):
    recording, rule = ONE_PAGE[name]
    found = violated(recording)
    assert set(found) == {rule}


@pytest.mark.parametrize("name", ACROSS)
def test_exchanges_are_judged_together(name):
    recording, rule, entry = ACROSS[name]
    assert violated(recording) == {rule: f"entries[{entry}]"}


@pytest.mark.parametrize(
    ("recording", "rule"),
    [
        (listed(page(run(A), run(B)), "?sort_by=status"), None),
        (
            listed(page(run(B, created_at=at(-1), updated_at=at(0)), run(A, created_at=at(-1), updated_at=at(0)))),
            "list.listSequences.sort.created_at.ties.strict",
        ),
        (listed(page(run(A, "FAILED"), run(B)), "?sort_by=status"), "list.listSequences.sort.status.by_name.strict"),
        (twice(page(pages=1)), PARTITION),
        (listed(page(run(updated_at="2026-03-02T09:00:00+00:00"))), "shape.listSequences.timestamps.strict"),
        (write("resume", run(updated_at=at(1.05)), first=run(status="FAILED")), "traffic.lifecycle"),
    ],
)
def test_strict_judges_what_the_documents_leave_open(recording, rule):
    assert violated(recording) == {}
    strict = set(violated(recording, strict=True)) - {"shape.header.request_id.strict"}
    assert strict == ({rule} if rule else set())


FIRST = page(run(), run(B), total=3, pages=2, more=True)
CLIENT = {
    "an unknown parameter": (listed(page(run()), "?state=ACTIVE"), "client.parameters"),
    "a value that is none": (
        listed(issue(400, "ValidationIssue"), "?status=PAUSED", status=400).add("GET", "/sequences", page(run())),
        "client.parameters",
    ),
    "a body without its field": (
        write("stop", run(status="STOPPED_EARLY", updated_at=at(0.05)), {"reason": "PERHAPS", "scope": "CONTACT"}),
        "client.body",
    ),
    "the first page only": (
        listed(FIRST, "?size=2").add("GET", f"/sequences/{A}", run()),
        "client.has_more",
    ),
    "the first page at the end of the recording": (listed(FIRST, "?size=2"), None),
    "the first page of a sorted list": (
        listed(FIRST, "?size=2&sort_by=created_at").add("GET", f"/sequences/{A}", run()),
        None,
    ),
    "one item": (
        listed(page(run(), total=2, pages=2, more=True), "?size=1").add("GET", f"/sequences/{A}", run()),
        None,
    ),
    "a page after the last": (listed(page(run())).add("GET", "/sequences?page=2", page(total=1)), "client.has_more"),
    "a page given twice": (
        listed(FIRST, "?size=2").add("GET", "/sequences?size=2&page=2&page=2", FIRST).add("GET", "/me", "", status=429),
        None,
    ),
    "a write after the end": (
        read(run(status="STOPPED_EARLY")).add(
            "POST", f"/sequences/{A}/resume", issue(422, "BusinessIssue"), status=422
        ),
        "client.after_end",
    ),
}


@pytest.mark.parametrize("name", CLIENT)
def test_clients_are_judged_when_that_is_asked_for(name):
    recording, rule = CLIENT[name]
    assert violated(recording) == {}
    assert set(violated(recording, client=True)) == ({rule} if rule else set())


def test_a_list_that_is_known_is_judged_beyond_the_bound_of_lists(monkeypatch):
    monkeypatch.setattr(counts, "_MOST_LISTS", 1)
    recording = listed(page(run())).add("GET", "/sequences?status=ACTIVE", page(run(), total=2))
    recording.add("GET", "/sequences?status=ACTIVE", page(run(), total=2))
    assert violated(recording) == {}
    recording.add("GET", "/sequences", page(run(), total=2)).add("GET", "/sequences", page(run()))
    assert violated(recording) == {PARTITION: "entries[3]"}


def test_at_one_updated_at_of_whole_seconds_only_strict_takes_another_value_for_a_stale_read():
    body = run(variables={"city": "Rome"}, updated_at=at(0))
    recording = write("update", body, {"variables": {"city": "Rome"}}, then=body | {"variables": {}})
    assert violated(recording) == {}
    assert "traffic.read_after_write" in violated(recording, strict=True)
