"""HTTP itself: paths, methods, HEAD, OPTIONS, and the order in which refusals answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .registry import rule

if TYPE_CHECKING:
    from ..trial import Trial

_ABSENT = "7b1d5a0e-3c64-4f0b-9a55-0c9b7e4f2d31"
_JSON = ("Content-Type", "application/json")


@rule("http.unknown_path.strict", "An unknown path is 404 NotFoundIssue.", "http.unknown_path")
def unknown_path(trial: Trial) -> None:
    for path in ("/nothing", "/sequences/x/y/z", f"/sequences/{_ABSENT}/halt"):
        trial.expect(trial.call("GET", path), 404, why="for an unknown path")


@rule(
    "http.trailing_slash.strict", "A trailing slash makes a path unknown, and nothing redirects.", "http.unknown_path"
)
def trailing_slash(trial: Trial) -> None:
    for path in ("/sequences/", f"/sequences/{_ABSENT}/", "//sequences"):
        for key in ("key", None):
            trial.expect(trial.call("GET", path, key=key), 404, why=f"for {path}")


def _wrong_methods(trial: Trial, cases: tuple[tuple[str, str, set[str]], ...]) -> None:
    for name, path, wanted in cases:
        for key in ("key", None):
            answer = trial.expect(trial.call(name, path, key=key), 405, why=f"for {name} {path}")
            allowed = {part.strip() for part in answer.headers.get("allow", "").split(",")}
            fits = wanted <= allowed and name not in allowed
            trial.that(fits, f"Allow with {sorted(wanted)}", f"{sorted(allowed)}", answer)


@rule(
    "http.method.strict",
    "Another method is 405 with the path's methods in Allow, key or no key.",
    "http.method",
    tier="write",
)
def method(trial: Trial) -> None:
    cases: tuple[tuple[str, str, set[str]], ...] = (
        ("DELETE", "/sequences", {"GET", "HEAD"}), ("PUT", "/sequences", {"GET", "HEAD"}), ("POST", "/sequences", {"GET"}),
        ("DELETE", f"/sequences/{_ABSENT}", {"GET", "PATCH"}), ("POST", f"/sequences/{_ABSENT}", {"GET", "PATCH"}),
        ("GET", f"/sequences/{_ABSENT}/pause", {"POST"}), ("DELETE", f"/sequences/{_ABSENT}/resume", {"POST"}),
        ("PUT", f"/sequences/{_ABSENT}/resume", {"POST"}),
    )  # fmt: skip
    _wrong_methods(trial, cases)


@rule("http.method.stop.strict", "Stop answers to POST alone.", "http.method", tier="stop")
def method_of_stop(trial: Trial) -> None:
    _wrong_methods(trial, tuple((name, f"/sequences/{_ABSENT}/stop", {"POST"}) for name in ("GET", "PUT", "PATCH")))


@rule("http.head.strict", "HEAD answers wherever GET does, without a body.", "http.head")
def head(trial: Trial) -> None:
    paths = ["/sequences"] + [f"/sequences/{run.id}" for run in trial.bench.census().runs[:1]]
    for path in paths:
        answer = trial.expect(trial.call("HEAD", path), 200, why="for HEAD")
        trial.that(not answer.body, "no body", f"{len(answer.body)} bytes", answer)
    trial.expect(trial.call("HEAD", f"/sequences/{_ABSENT}"), 404, why="for HEAD of an unknown run")
    trial.expect(trial.call("HEAD", "/sequences", key=None), 401, why="for HEAD without a key")


@rule("http.options.strict", "OPTIONS is 204 with Allow, without a key.", "http.options")
def options(trial: Trial) -> None:
    for path, wanted in (
        ("/sequences", {"GET"}),
        (f"/sequences/{_ABSENT}", {"GET", "PATCH"}),
        (f"/sequences/{_ABSENT}/pause", {"POST"}),
    ):
        answer = trial.expect(trial.call("OPTIONS", path, key=None), 204, why="for OPTIONS")
        allowed = {part.strip() for part in answer.headers.get("allow", "").split(",")}
        possible = wanted | {"OPTIONS"} | ({"HEAD"} if "GET" in wanted else set())
        trial.that(wanted <= allowed <= possible, f"Allow with {sorted(possible)}", f"{sorted(allowed)}", answer)
    preflight = [("Origin", "https://docs.example"), ("Access-Control-Request-Method", "GET")]
    trial.expect(trial.call("OPTIONS", "/sequences", key=None, headers=preflight), 204, 200, why="for a preflight")
    trial.expect(trial.call("OPTIONS", "/nothing", key=None), 404, why="for OPTIONS of an unknown path")


@rule("http.accept.strict", "Accept is ignored.", "http.accept")
def accept(trial: Trial) -> None:
    for value in ("text/html", "application/xml", "nonsense", "application/json;q=0"):
        trial.expect(trial.call("GET", "/sequences", headers=[("Accept", value)]), 200, why=f"with Accept {value}")


@rule("http.body_on_get.strict", "A body on GET is ignored.", "body.ignored_on_get")
def body_on_get(trial: Trial) -> None:
    for content in (b"{", b"\xff", b'{"page": 2}'):
        trial.expect(trial.call("GET", "/sequences", content=content, headers=[_JSON]), 200, why="with a body")


@rule(
    "order.refusals.read.strict",
    "Of several faults of a request that reads, the first in the order of refusal answers.",
    "order.refusals",
)
def order_of_reads(trial: Trial) -> None:
    trial.expect(trial.call("GET", "/sequences", key=None, query="size=0"), 401, why="key before query")
    trial.expect(trial.call("GET", "/sequences", key="unknown", query="nonsense=1"), 401, why="key before query")
    trial.expect(trial.call("GET", "/sequences/nonsense", key=None), 401, why="key before id")
    for role in ("write", "noscope"):
        if trial.bench.has(role):
            trial.expect(trial.call("GET", "/sequences", key=role, query="size=0"), 403, why="scope before query")
            trial.expect(trial.call("GET", "/sequences/nonsense", key=role), 403, why="scope before id")
            trial.expect(trial.call("GET", f"/sequences/{_ABSENT}", key=role), 403, why="scope before run")


@rule(
    "order.refusals.strict",
    "Of several faults the first in the order of refusal answers.",
    "order.refusals",
    tier="stop",
)
def order(trial: Trial) -> None:
    big, text = b"x" * (1024 * 1024 + 1), [("Content-Type", "text/plain")]
    stop = f"/sequences/{_ABSENT}/stop"
    trial.expect(trial.call("DELETE", "/nothing", key=None, content=big, headers=text), 404, why="path before all")
    trial.expect(trial.call("DELETE", stop, key=None, content=big, headers=text), 405, why="method before key")
    trial.expect(trial.call("POST", stop, key=None, content=b"{", headers=text), 401, why="key before type")
    trial.expect(trial.call("POST", stop, key="unknown", json={"reason": 1}), 401, why="key before body")
    for role in ("read", "noscope"):
        if trial.bench.has(role):
            trial.expect(trial.call("POST", stop, key=role, content=b"{", headers=text), 403, why="scope before type")
            trial.expect(trial.call("POST", stop, key=role, json={}), 403, why="scope before body")
    trial.expect(trial.call("POST", stop, content=big, headers=text), 413, why="size before type")
    trial.expect(trial.call("POST", stop, content=b"{", headers=text), 415, why="type before syntax")
    trial.expect(trial.call("POST", stop, json={"reason": "WIN"}), 400, why="body before run")
    past = {"paused_until": "2001-01-01T00:00:00Z"}
    trial.expect(trial.call("POST", f"/sequences/{_ABSENT}/pause", json=past), 400, why="body before run")
    trial.expect(trial.call("POST", stop, json={"reason": "WIN", "scope": "CONTACT"}), 404, why="run before state")
    for run in trial.bench.census().in_status("SUCCEEDED")[:1]:
        if trial.bench.stock.fenced(run):
            bad = {"paused_until": "2001-01-01T00:00:00Z"}
            trial.expect(trial.call("POST", f"/sequences/{run.id}/pause", json=bad), 400, why="body before state")
