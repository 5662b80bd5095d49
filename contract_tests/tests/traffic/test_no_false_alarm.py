"""Recordings that break nothing, whatever they look like: no rule is violated."""

import base64
import gzip
import json

import pytest

from .recordings import START, TEMPLATE, A, B, C, Recording, at, issue, page, run, violated

STOP = {"reason": "WIN", "scope": "CONTACT"}
ROME = {"variables": {"city": "Rome"}}
UPDATED = run(variables={"city": "Rome"}, updated_at=at(0.05))
STOPPED = run(status="STOPPED_EARLY", updated_at=at(0.05))
RUN, PATH = f"/sequences/{A}", "/sequences?size=2"
HTML = {"status": 502, "headers": {"Content-Type": "text/html"}}


def rec():
    return Recording()


def packed(body):
    return {"encoding": "base64", "text": base64.b64encode(gzip.compress(json.dumps(body).encode())).decode()}


def ulid(seconds):
    digits, number, text = "0123456789abcdefghjkmnpqrstvwxyz", int((START.timestamp() + seconds) * 1000), ""
    for _ in range(10):
        number, digit = divmod(number, 32)
        text = digits[digit] + text
    return {"X-Request-Id": f"req_{text}{'0' * 16}", "Date": ""}


FIRST, LAST = page(run(A), run(B), total=3, pages=2, more=True), page(run(C), total=3, pages=2)
CASES = {
    "it begins in the middle of a life": rec()
    .add("POST", f"{RUN}/resume", run())
    .add("GET", RUN, run(status="WAITING_FOR_USER")),
    "the engine acts between": rec().add("GET", RUN, run(status="FOUND")).add("GET", RUN, run(status="COMPLETED")),
    "a pause ends and is set again elsewhere": rec()
    .add("GET", RUN, run(status="WAITING_FOR_LEAD"))
    .add("GET", RUN, run(status="STOPPED_EARLY")),
    "somebody else updates between": (
        rec()
        .add("PATCH", RUN, UPDATED, sent=ROME)
        .add("PATCH", RUN, run(variables={}, updated_at=at(1.05)), sent={"variables": {"city": None}}, key="two")
        .add("GET", RUN, run(variables={}, updated_at=at(1.05)))
    ),
    "somebody unseen updates between": rec()
    .add("PATCH", RUN, UPDATED, sent=ROME)
    .add("GET", RUN, run(updated_at=at(0.5))),
    "updates at one time of a frozen clock": (
        rec()
        .add("PATCH", RUN, UPDATED, sent=ROME)
        .add("PATCH", RUN, UPDATED | {"variables": {}}, sent={"variables": {"city": None}})
        .add("GET", RUN, UPDATED | {"variables": {}})
    ),
    "an update whose response is lost": (
        rec()
        .add("PATCH", RUN, UPDATED, sent=ROME)
        .add("PATCH", RUN, "", sent={"variables": {}}, status=0)
        .add("GET", RUN, run())
    ),
    "an update that fails at a gateway": (
        rec()
        .add("PATCH", RUN, UPDATED, sent=ROME)
        .add("PATCH", RUN, "<h1>Bad gateway</h1>", sent=ROME, **HTML)
        .add("GET", RUN, run())
    ),
    "updates that overlap": (
        rec()
        .add("PATCH", RUN, UPDATED, sent=ROME, took=9)
        .add("PATCH", RUN, run(updated_at=at(1)), sent=ROME | {"variables": {"city": "Bern"}}, took=0.1)
        .add("GET", RUN, UPDATED | {"updated_at": at(1)}, begin=10)
    ),
    "a read that overlaps a stop": rec().add("POST", f"{RUN}/stop", STOPPED, sent=STOP, took=5).add("GET", RUN, run()),
    "entries in another order than they were sent": rec()
    .add("GET", RUN, STOPPED, begin=9)
    .add("GET", RUN, run(), begin=2),
    "a second recorder whose clock is 20 s fast": (
        rec().add("POST", f"{RUN}/stop", STOPPED, sent=STOP, begin=10).add("GET", RUN, run(), begin=25, skew=20)
    ),
    "a recorder that says no durations": rec().add("GET", RUN, STOPPED, took=-0.001).add("GET", RUN, run()),
    "two keys that open worlds with the same ids": rec().add("GET", RUN, STOPPED).add("GET", RUN, run(), key="two"),
    "a world that was reset": rec()
    .add("GET", RUN, STOPPED)
    .add("GET", RUN, run(created_at=at(-400), updated_at=at(-300))),
    "a world that was reset by its control API": (
        rec()
        .add("GET", RUN, STOPPED)
        .add("POST", "/_sandbox/world/reset", {}, url="http://127.0.0.1:4010")
        .add("GET", RUN, run())
    ),
    "a world whose clock went back": (
        rec()
        .add("GET", RUN, STOPPED, begin=90000, headers=ulid(0))
        .add("GET", RUN, run(), begin=50000, headers=ulid(1))
    ),
    "a body that was cut": rec().add("GET", RUN, run()).add("GET", RUN, '{"id": "0e00', content={"size": 900}),
    "a body that was cut, of unknown size": rec()
    .add("GET", RUN, run())
    .add("GET", RUN, '{"id": "0e00', content={"size": -1}),
    "no body": rec().add("GET", RUN, run()).add("GET", RUN, "", content={"text": None}),
    "a packed body": rec().add("GET", RUN, "", content=packed(run()), headers={"Content-Encoding": "gzip"}),
    "a body packed in a way that is not understood": (
        rec()
        .add("GET", RUN, run())
        .add("GET", RUN, "", content={"encoding": "base64", "text": "iwOAAQID"}, headers={"Content-Encoding": "br"})
    ),
    "a body with redacted keys": rec().add(
        "GET", RUN, "", content={"text": json.dumps(run(variables={"key": "topo_***"})), "size": 2000}
    ),
    "a response out of the browser's cache": rec().add("GET", RUN, STOPPED).add("GET", RUN, run(), _fromCache="disk"),
    "a request that was blocked": rec().add("GET", RUN, run()).add("GET", RUN, "", status=0),
    "304": rec().add("GET", RUN, run()).add("GET", RUN, "", status=304),
    "preflights and HEAD": rec().add("GET", RUN, run()).add("OPTIONS", RUN, "", status=204).add("HEAD", RUN, ""),
    "other paths": rec()
    .add("GET", RUN, run())
    .add("GET", "/tasks", {"tasks": []})
    .add("GET", "/", "<h1>Hello</h1>", url="https://cdn.example"),
    "a gateway's own error": rec().add("GET", RUN, run()).add("GET", RUN, "<h1>Bad gateway</h1>", **HTML),
    "a rate limit": rec()
    .add("GET", RUN, run())
    .add("GET", RUN, "slow down", status=429, headers={"Content-Type": "text/plain"}),
    "further fields": rec()
    .add("GET", RUN, run(score=12))
    .add("GET", "/sequences", page(run(score=12)) | {"next": None}),
    "no headers recorded": rec().add("GET", RUN, run(), headers={"Content-Type": "", "Date": ""}),
    "pseudo headers of HTTP/2": rec().add("GET", RUN, run(), headers={":status": "200"}),
    "a run comes while it is counted": (
        rec()
        .add("GET", "/sequences", page(run(A), run(B)))
        .add("GET", "/sequences", page(run(A), run(B), total=3))
        .add("GET", "/sequences", page(run(A), run(B), run(C)))
    ),
    "a filtered list that is counted and read at two times": rec().add(
        "GET", "/sequences?status=ACTIVE", page(run(A), run(B), total=3)
    ),
    "a look for one more that finds one that came": (
        rec()
        .add("GET", PATH, page(run(A), run(B)))
        .add("GET", PATH, page(run(A), run(B), more=True))
        .add("GET", PATH, FIRST)
    ),
    "pages that are counted later": rec().add("GET", PATH, page(run(A), run(B), pages=2)),
    "a wrong total of which nobody knows the order": (
        rec()
        .add("GET", PATH, page(run(A)), took=9)
        .add("GET", PATH, page(run(A), total=2))
        .add("GET", PATH, page(run(A)))
    ),
    "a size given twice": rec()
    .add("GET", "/sequences?size=2&size=2", FIRST)
    .add("GET", "/sequences?size=2&size=2", FIRST),
    "a page given twice": rec()
    .add("GET", "/sequences?page=2&page=2&size=2", LAST)
    .add("GET", "/sequences?page=2&page=2&size=2", LAST),
    "a sort given twice": rec().add(
        "GET", "/sequences?sort_by=status&sort_by=status", page(run(C, "FOUND"), run(B), run(A))
    ),
    "a size that is empty": rec().add("GET", "/sequences?size=", page(*(run(f"{A[:-2]}{n}") for n in range(10, 22)))),
    "a page of 19 digits": rec().add("GET", f"/sequences?page={'9' * 19}", page(total=3)),
    "a redirect of a gateway": rec().add("GET", RUN, run()).add("GET", RUN, "", status=307),
    "a write that was redirected": (
        rec()
        .add("PATCH", RUN, UPDATED, sent=ROME)
        .add("PATCH", RUN, "", sent={"variables": {"city": "Bern"}}, status=303)
        .add("GET", RUN, UPDATED | {"variables": {"city": "Bern"}})
    ),
    "a run comes between two pages": rec()
    .add("GET", PATH, FIRST)
    .add(
        "GET", f"{PATH}&page=2", page(run(C), run(f"{A[:-1]}d", created_at=at(-1), updated_at=at(-1)), total=4, pages=2)
    ),
    "a list by status moves while it is read": (
        rec()
        .add("GET", f"{PATH}&sort_by=updated_at", page(run(A), run(B), total=3, pages=2, more=True))
        .add("GET", f"{PATH}&sort_by=updated_at&page=2", page(run(B), total=3, pages=2))
    ),
    "the same list read twice": rec()
    .add("GET", PATH, FIRST)
    .add("GET", f"{PATH}&page=2", LAST)
    .add("GET", PATH, FIRST)
    .add("GET", f"{PATH}&page=2", LAST),
    "the last page, full": rec().add("GET", PATH, page(run(A), run(B))),
    "no match, one page": rec().add("GET", "/sequences?status=FAILED", page(pages=1)),
    "a page past the end": rec().add("GET", "/sequences?page=7", page(run(), total=1)),
    "unknown, empty and repeated parameters": rec().add("GET", "/sequences?state=x&status=&page=2&page=1", page(run())),
    "an offset whose + became a space": rec().add(
        "GET", "/sequences?created_at_after=2026-03-02T09:00:00+00:00", page(run())
    ),
    "ids in upper case": rec()
    .add("GET", f"/sequences/{A.upper()}", run())
    .add("GET", f"/sequences?sequence_template_id={TEMPLATE.upper()}", page(run())),
    "a stopped run stopped again": rec().add("GET", RUN, STOPPED).add("POST", f"{RUN}/stop", STOPPED, sent=STOP),
    "a run that failed is resumed": rec()
    .add("GET", RUN, run(status="FAILED"))
    .add("POST", f"{RUN}/resume", run())
    .add("GET", RUN, run()),
    "a pause that is over at once": rec().add(
        "POST", f"{RUN}/pause", run(updated_at=at(0.05)), sent={"paused_until": at(0.04)}
    ),
    "variables that became null": rec()
    .add("PATCH", RUN, run(variables={}, updated_at=at(0)), sent={"variables": {"city": None}})
    .add("GET", RUN, run(variables=None, updated_at=at(0))),
    "a text that is trimmed": (
        rec().add(
            "PATCH", RUN, run(variables={"city": "Rome"}, updated_at=at(0)), sent={"variables": {"city": " Rome "}}
        )
    ),
    "an update that is rejected": (
        rec()
        .add("PATCH", RUN, UPDATED, sent=ROME)
        .add("PATCH", RUN, issue(400, "ValidationIssue"), sent={"variables": {"city": 1}}, status=400)
        .add("GET", RUN, UPDATED)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_violated(name):
    assert violated(CASES[name]) == {}
    outcome = CASES[name].judged()
    assert (outcome.exit, outcome.failure) == (0, None)


def test_reads_may_lag_for_as_long_as_the_caller_says():
    recording = rec().add("POST", f"{RUN}/stop", STOPPED, sent=STOP).add("GET", RUN, run(), begin=2)
    assert set(violated(recording)) == {"traffic.read_after_write"}
    assert violated(recording, lag=3) == {}
