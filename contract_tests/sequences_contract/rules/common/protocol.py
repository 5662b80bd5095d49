"""HTTP itself: paths, methods, HEAD, OPTIONS, and the order in which errors are looked for."""

from typing import Any

from ...contract.operations import Operation
from ...engine import ABSENT_ID, RuleContext
from ...engine.client import path_of
from ..registry import for_each, tier_of
from . import calls
from .calls import JSON

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _path(operation: Operation) -> str:
    return path_of(operation, ABSENT_ID)


@for_each(calls.reads, "http.{operation}.unknown_path.strict", "A path below {operation} is 404.", "http.unknown_path")
def unknown_path(context: RuleContext, operation: Operation) -> None:
    for path in (f"{_path(operation)}/x/y/z", f"{_path(operation)}x/{ABSENT_ID}/halt"):
        context.expect(context.call("GET", path), 404, why="for an unknown path")


@for_each(calls.reads, "http.{operation}.trailing_slash.strict",
          "{operation}: a trailing or doubled slash makes a path unknown, and nothing redirects.", "http.unknown_path")  # fmt: skip
def trailing_slash(context: RuleContext, operation: Operation) -> None:
    for path in (f"{_path(operation)}/", f"/{_path(operation)}"):
        for key in ("key", None):
            context.expect(context.call("GET", path, key=key), 404, why=f"for {path}")


@for_each(calls.operations, "http.{operation}.method.strict",
          "{operation}: another method is 405 with the path's methods in Allow, key or no key.", "http.method",
          tier=lambda contract, operation: "write" if operation.reads else tier_of(contract, operation), reach="run")  # fmt: skip
def method(context: RuleContext, operation: Operation) -> None:
    wanted = context.contract.methods(operation.path)
    for name in _METHODS:
        if name in wanted:
            continue
        for key in ("key", None):
            response = context.expect(context.call(name, _path(operation), key=key), 405, why=f"for {name}")
            allowed = _allowed(response.headers.get("allow", ""))
            fits = wanted <= allowed and name not in allowed
            context.check(fits, f"Allow with {sorted(wanted)}", f"{sorted(allowed)}", response)


def _allowed(header: str) -> set[str]:
    return {part.strip() for part in header.split(",")}


@for_each(calls.operations, "http.{operation}.options.strict", "{operation}: OPTIONS is 204 with Allow, without a key.", "http.options", reach="run")  # fmt: skip
def options(context: RuleContext, operation: Operation) -> None:
    wanted, path = context.contract.methods(operation.path), _path(operation)
    response = context.expect(context.call("OPTIONS", path, key=None), 204, why="for OPTIONS")
    allowed = _allowed(response.headers.get("allow", ""))
    possible = wanted | {"OPTIONS"} | ({"HEAD"} if "GET" in wanted else set())
    context.check(wanted <= allowed <= possible, f"Allow with {sorted(possible)}", f"{sorted(allowed)}", response)
    preflight = [("Origin", "https://docs.example"), ("Access-Control-Request-Method", operation.method)]
    context.expect(context.call("OPTIONS", path, key=None, headers=preflight), 204, 200, why="for a preflight")
    context.expect(
        context.call("OPTIONS", f"{path}/nothing/at/all", key=None), 404, why="for OPTIONS of an unknown path"
    )


@for_each(calls.reads, "http.{operation}.head.strict", "{operation}: HEAD is what GET is, without a body.", "http.head")
def head(context: RuleContext, operation: Operation) -> None:
    with calls.subject(context, operation) as item:
        path = path_of(operation, item and item.id)
        response = context.expect(context.call("HEAD", path), 200, why="for HEAD")
        context.check(not response.body, "no body", f"{len(response.body)} bytes", response)
        context.expect(context.call("HEAD", path, key=None), 401, why="for HEAD without a key")
    if operation.id_parameter is not None:
        context.expect(context.call("HEAD", _path(operation)), 404, why="for HEAD of an unknown id")


@for_each(calls.reads, "http.{operation}.accept.strict", "{operation}: Accept is ignored.", "http.accept")
def accept(context: RuleContext, operation: Operation) -> None:
    kinds = ("text/html", "application/xml", "nonsense", "application/json;q=0")
    _accepts(context, operation, [{"headers": [("Accept", kind)]} for kind in kinds])


@for_each(calls.reads, "http.{operation}.body_on_get.strict", "{operation}: a body on GET is ignored.", "body.ignored_on_get")  # fmt: skip
def body_on_get(context: RuleContext, operation: Operation) -> None:
    _accepts(context, operation, [{"content": raw, "headers": [JSON]} for raw in (b"{", b"\xff", b'{"page": 2}')])


def _accepts(context: RuleContext, operation: Operation, ways: list[dict[str, Any]]) -> None:
    with calls.subject(context, operation) as item:
        for how in ways:
            context.expect(calls.send(context, operation, item, **how), 200, why=f"with {how}")


@for_each(calls.reads, "order.{operation}.strict",
          "{operation}: of several errors the first in the order of errors is reported.", "order.errors")  # fmt: skip
def order_of_reads(context: RuleContext, operation: Operation) -> None:
    """The key before the scope, the scope before the query and the id, those before the item."""
    path, malformed = _path(operation), path_of(operation, "nonsense")
    for key in (None, "unknown"):
        context.expect(context.call("GET", path, key=key, query="nonsense=1"), 401, why="key before query")
        context.expect(context.call("GET", malformed, key=key), 401, why="key before id")
    if operation.scope is not None and context.session.has("noscope"):
        context.expect(context.call("GET", path, key="noscope", query="nonsense=1"), 403, why="scope before query")
        context.expect(context.call("GET", malformed, key="noscope"), 403, why="scope before id")
        context.expect(context.call("GET", path, key="noscope"), 403, why="scope before item")


@for_each(calls.with_body, "order.{operation}.strict",
          "{operation}: of several errors the first in the order of errors is reported.", "order.errors", reach="run")  # fmt: skip
def order_of_writes(context: RuleContext, operation: Operation) -> None:
    big, text, path = b"x" * (1024 * 1024 + 1), [("Content-Type", "text/plain")], _path(operation)

    method = context.method_of(operation)
    cases = (
        ("DELETE", f"{path}/nothing/at/all", 404, "path before all", {"key": None, "content": big, "headers": text}),
        ("DELETE", path, 405, "method before key", {"key": None, "content": big, "headers": text}),
        (method, path, 401, "key before type", {"key": None, "content": b"{", "headers": text}),
        (method, path, 401, "key before body", {"key": "unknown", "json": {"suite_unknown": 1}}),
        (method, path, 413, "size before type", {"content": big, "headers": text}),
        (method, path, 415, "type before syntax", {"content": b"{", "headers": text}),
        (method, path, 400, "body before item", {"json": {"suite_unknown": 1}}),
        (method, path, 404, "item after everything", {"json": operation.example}),
    )
    for name, where, status, why, how in cases:
        context.expect(context.call(name, where, **how), status, why=why)
    for role in ("read", "noscope"):
        if context.session.has(role):
            unfit = context.call(method, path, key=role, content=b"{", headers=text)
            context.expect(unfit, 403, why="scope before type")
            context.expect(context.call(method, path, key=role, json={}), 403, why="scope before body")
