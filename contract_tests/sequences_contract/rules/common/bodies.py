"""Bodies of every write: syntax, type, size. A rejected one changes nothing."""

import json
from collections.abc import Callable, Iterable

from ...contract.operations import Operation
from ...engine import RuleContext
from ..registry import Select, for_each
from . import calls
from .calls import JSON, Call, expect_rejected, subject

_MIB = 1024 * 1024
_KINDS = (
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"),
    "application/json; charset=latin-1",
)
_DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000

Headers = tuple[tuple[str, str], ...]
Cases = Iterable[tuple[bytes, Headers]]


def _example(operation: Operation) -> bytes:
    return json.dumps(operation.example or {}).encode()


def _broken(operation: Operation) -> Cases:
    return ((raw, (JSON,)) for raw in (b"{", _example(operation)[:-1], b"{'a': 1}", b"nonsense", b"[" * 10 + b"]" * 9))


def _not_strict(operation: Operation) -> Cases:
    inner = _example(operation)[1:-1]
    comma = b", " if inner else b""
    raws = [b"{" + inner + comma + pair + b"}" for pair in (b'"suite_unknown": NaN', b'"x": Infinity')]
    raws += [b"{" + inner + b'"\xff"}', b"null", b"[]", b'"text"', b"1"]
    raws.append(b"{" + inner + comma + inner + b"}" if inner else b'{"a": 1, "a": 1}')
    raws.append(_example(operation) + b"}")  # some decoders read the first value and leave what follows
    return ((raw, (JSON,)) for raw in raws)


def _unknown_field(operation: Operation) -> Cases:
    return ((json.dumps({**(operation.example or {}), "suite_unknown": "x"}).encode(), (JSON,)),)


def _empty(operation: Operation) -> Cases:
    return (b"", (JSON,)), (b"  ", (JSON,))


def _empty_of_any_type(operation: Operation) -> Cases:
    return (b"", ()), (b"", (("Content-Type", "text/plain"),))


def _undeclared(operation: Operation) -> Cases:
    declared: list[Headers] = [(("Content-Type", kind),) for kind in _KINDS]
    return ((_example(operation), headers) for headers in [*declared, ()])


def _encoded(operation: Operation) -> Cases:
    return ((_example(operation), (JSON, ("Content-Encoding", name))) for name in ("gzip", "br", "nonsense"))


def _too_large(operation: Operation) -> Cases:
    return ((_example(operation).ljust(_MIB + 1), (JSON,)),)


def _hostile(operation: Operation) -> Cases:
    raws = [b"\x00", b"\xff\xfe[\x00]\x00"]
    for name in operation.example or {}:
        rest = {other: value for other, value in (operation.example or {}).items() if other != name}
        tail = b", " + json.dumps(rest).encode()[1:] if rest else b"}"
        values = (b"9" * 5000, b"1e400", b'"\\ud800"', b'"\\u0000"', b'["x"]', b'{"a": {"b": [[[[1]]]]}}')
        raws += [b'{"' + name.encode() + b'": ' + value + tail for value in values]
    return ((raw, (JSON,)) for raw in raws)


def _too_deep(operation: Operation) -> Cases:
    raws = [b"[" * 100_000, *(b'{"' + name.encode() + b'": ' + _DEEP + b"}" for name in operation.example or {})]
    return ((raw, (JSON,)) for raw in raws)


#: Not even `reason` and `scope` are documented to be required: a stop may take nothing for an object without them.
_documented_to_need_one = calls.only(calls.with_body, lambda one: one.event != "stop")
#: Name, sentence, statement, basis, bodies with their headers, and the statuses of profiles strict and documented.
_ROWS: tuple[tuple[Select, str, str, str, str, Callable[[Operation], Cases], tuple[int, ...], tuple[int, ...]], ...] = (
    (calls.with_body, "broken_json", "broken JSON is rejected", "body.strict", "ref", _broken, (400,), (400, 422)),
    (calls.writes, "json.strict", "duplicate keys, NaN and other than objects are 400", "body.strict", "own", _not_strict, (400,), ()),
    (calls.writes, "unknown_field.strict", "an unknown field is 400", "body.strict", "own", _unknown_field, (400,), ()),
    (_documented_to_need_one, "empty", "an empty body is rejected", "body.strict", "ref", _empty, (400,), (400, 415, 422)),
    (calls.with_body, "empty.any_type.strict", "an empty body is 400, whatever its media type is", "body.empty", "own", _empty_of_any_type, (400,), ()),
    (calls.writes, "media_type.strict", "a body that is not declared as JSON is 415", "body.media_type", "own", _undeclared, (415,), ()),
    (calls.writes, "encoding.strict", "a Content-Encoding other than identity is 415", "body.encoding", "own", _encoded, (415,), ()),
    (calls.writes, "too_large.strict", "a body over 1 MiB is 413", "body.too_large", "own", _too_large, (413,), ()),
    (calls.with_body, "hostile", "hostile bodies are rejected below 500", "issue.server_failure", "ref", _hostile, (400,), (400, 413, 415, 422)),
    (calls.without_body, "broken_json.strict", "broken JSON is rejected", "body.strict", "own", _broken, (400,), ()),
    (calls.without_body, "hostile.strict", "hostile bodies are rejected", "body.strict", "own", _hostile, (400,), ()),
    (calls.writes, "too_deep.strict", "bodies nested without end are rejected", "body.strict", "own", _too_deep, (400,), ()),
)  # fmt: skip


def _declare(
    select: Select, name: str, sentence: str, statement: str, basis: str, cases: Callable[[Operation], Cases],
    strict: tuple[int, ...], documented: tuple[int, ...],
) -> None:  # fmt: skip
    text = f"{{operation}}: {sentence}, and nothing changes."

    @for_each(select, f"body.{{operation}}.{name}", text, statement, basis=basis, reach="run")
    def rejects(context: RuleContext, operation: Operation) -> None:
        with subject(context, operation) as item:
            attempts: list[Call] = [
                (f"for {raw[:60]!r} with {headers}", {"content": raw, "headers": headers})
                for raw, headers in cases(operation)
            ]
            expect_rejected(context, operation, item, attempts, *(strict if context.strict else documented))


for row in _ROWS:
    _declare(*row)


@for_each(calls.writes, "body.{operation}.byte_order_mark.strict",
          "{operation}: a byte order mark is 400, which says so, and nothing changes.", "body.byte_order_mark", reach="run")  # fmt: skip
def byte_order_mark(context: RuleContext, operation: Operation) -> None:
    with subject(context, operation) as item:
        content = b"\xef\xbb\xbf" + _example(operation)
        call: Call = "for a byte order mark", {"content": content, "headers": (JSON,)}
        (response,) = expect_rejected(context, operation, item, [call], 400)
        said = response.text(2000).lower()
        context.check(
            "byte order mark" in said or "bom" in said, "the byte order mark named", response.text(), response
        )
