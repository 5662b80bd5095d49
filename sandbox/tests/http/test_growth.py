"""What a client sends costs no more than its size: twice as much takes about twice the work, whatever it consists of.

Work is counted in calls and lines of Python and in the sizes that are compared, not in seconds; where all is one call of
the standard library, the ratio of two times of the same call is bounded far above two and far below what a square gives.
"""

import json
import sys
import time

import pytest
from sequences_sandbox.domain.errors import Issue
from sequences_sandbox.http.cors import Cors
from sequences_sandbox.http.request.body import Body, is_json, parse_json
from sequences_sandbox.http.request.context import RequestContext
from sequences_sandbox.http.request.parameters import Query
from sequences_sandbox.http.router import Router
from sequences_sandbox.http.security import Hosts, host_name
from sequences_sandbox.http.traffic.access_log import without_secrets
from sequences_sandbox.server.head import check_head, origin_form
from sequences_sandbox.traffic.journal import redacted

STRICT = {"type": "object", "additionalProperties": False, "properties": {"status": {"enum": ["ACTIVE", "FOUND"]}}}
BODY = Body({"required": True, "content": {"application/json": {"schema": STRICT}}})
NAMES = [f"name_{number}" for number in range(40)]
QUERY = Query([{"name": name, "schema": {"type": "string"}} for name in NAMES])
HOSTS = Hosts("127.0.0.1", ["sandbox.example"])
CORS = Cors(["https://app.example"], "/v1")
ROUTER = Router()
for kind in NAMES:
    for tail in ("", "/{id}", "/{id}/pause", "/{id}/{other}/stop"):
        ROUTER.add("/v1", f"/{kind}{tail}", "get", object())


def context(**headers):
    raw = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return RequestContext("req_1", 0, "GET", b"/v1/sequences", b"", raw, _first=dict(raw))


SIZED = {
    "a Host of brackets and colons": lambda n: host_name("[" * n + ":" * n),
    "a Host of brackets": lambda n: host_name("[" + "[:" * n + "]"),
    "a Host of one name": lambda n: HOSTS.require(context(host=b"a" * n)),
    "a path of slashes": lambda n: ROUTER.find(b"/v1" + b"/" * n),
    "a path of one segment": lambda n: ROUTER.find(b"/v1/" + b"a" * n),
    "a path like a known one": lambda n: ROUTER.find(b"/v1/name_1/" + b"name_1" * n + b"/pauze"),
    "a path of escapes": lambda n: ROUTER.find(b"/v1/" + b"%41" * n),
    "a name of a parameter": lambda n: QUERY.read(b"n" * n + b"=1"),
    "a value of a parameter": lambda n: QUERY.read(b"name_1=" + b"%41" * n),
    "many parameters": lambda n: QUERY.read(b"&".join([b"x=1"] * n)),
    "a field": lambda n: BODY.read(json.dumps({"s" * n: 1}).encode()),
    "a value that is none of those allowed": lambda n: BODY.read(json.dumps({"status": "A" * n}).encode()),
    "a body of quotes": lambda n: parse_json(b"[" * 101 + b'""' * n),
    "a body of escaped quotes": lambda n: parse_json(b"[" * 101 + b'"' + b'\\"' * n),
    "a body of backslashes": lambda n: parse_json(b"[" * 101 + b'"' + b"\\" * n),
    "a body of brackets": lambda n: parse_json(b"[" * n),
    "a body that nests late": lambda n: parse_json(b"[[]," + b"[" * n + b"]" * n + b"]"),
    "a body of pairs of brackets": lambda n: parse_json(b"[" + b"[],{}," * n + b"[]]"),
    "a broken body": lambda n: parse_json(b'{"a": "' + b"x" * n + b'" oops'),
    "a broken body of commas": lambda n: parse_json(b"[" + b"1," * n + b", 1]"),
    "a broken body with a constant": lambda n: parse_json(b'["' + b'\\"' * n + b'", NaN]'),
    "a body of digits": lambda n: parse_json(b"1" * n),
    "a body of a fraction": lambda n: parse_json(b"1." + b"1" * n),
    "a body of spaces": lambda n: parse_json(b" " * n),
    "a type of semicolons": lambda n: is_json("application/json" + ";" * n),
    "a type of quotes": lambda n: is_json('application/json; charset="' + '"' * n),
    "an origin": lambda n: CORS.headers(context(origin=b"https://" + b"a." * n)),
    "an address of secrets": lambda n: without_secrets("/" + "token=" * n),
    "an address of keys": lambda n: without_secrets("/" + "topo_" * n),
    "an address of escapes": lambda n: without_secrets("/" + "%74opo_" * n),
    "an address of escaped escapes": lambda n: without_secrets("/%" + "25" * n),
    "a text of escapes": lambda n: redacted("%74opo_ " * n),
    "a text of escaped escapes": lambda n: redacted("x" * n + "%" + "25" * n),
    "headers": lambda n: check_head("1.1", [(b"host", b"a")] + [(b"x", b"y")] * n),
    "an encoding of spaces": lambda n: check_head("1.1", [(b"host", b"a"), (b"transfer-encoding", b" " * n + b"x")]),
    "a target in absolute form": lambda n: origin_form(b"http://" + b":/?" * n),
}


def run(call, size):
    """The issue that a call raises, None where it raises none."""
    try:
        call(size)
    except Issue as issue:
        return issue
    return None


def steps(call, size):
    """How many lines of Python a call takes."""
    count = 0

    def count_lines(frame, event, argument):
        nonlocal count
        count += event == "line"
        return count_lines

    run(call, size)
    before = sys.gettrace()
    sys.settrace(count_lines)
    try:
        run(call, size)
    finally:
        sys.settrace(before)
    return count


def fastest(call, size, times=9):
    best = float("inf")
    for _ in range(times):
        began = time.thread_time()
        run(call, size)
        best = min(best, time.thread_time() - began)
    return best


@pytest.mark.parametrize("name", SIZED)
def test_an_error_does_not_grow_with_what_was_sent(name):
    issue = run(SIZED[name], 64_000)
    if issue is not None:
        assert len(json.dumps(issue.data)) < 20_000
        assert len(issue.message) < 2000


@pytest.mark.parametrize("name", SIZED)
def test_twice_as_much_takes_no_more_than_about_twice_the_steps(name):
    few, more, most = (steps(SIZED[name], size) for size in (1000, 2000, 4000))
    assert more <= 2.2 * few + 200
    assert most <= 2.2 * more + 200


@pytest.mark.parametrize("name", SIZED)
def test_sixteen_times_as_much_takes_nowhere_near_the_square_of_it(name):
    """Of processor time a square takes 256 times as much, a line 16 times; what lies between is noise of the machine."""
    few, most = fastest(SIZED[name], 4000), fastest(SIZED[name], 64_000)
    assert most <= 128 * few + 0.002
