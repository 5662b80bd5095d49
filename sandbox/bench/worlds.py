"""Ten thousand worlds and a thousand connections: what a public sandbox bears, with the store in memory.

Run: python sandbox/bench/worlds.py [--worlds N] [--connections N] [--write]. Worlds of the demo fixture are made over HTTP
by a few clients; then reads and writes are spread over all of them, each pause changing another world; then one world is
read over very many connections at once.
"""

import argparse
import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import machine
import report
from contestants import SCRATCH
from servers import sandbox
from wrk import Request, measure, require_wrk, write_plan

_CLIENTS = 4
_SECONDS = 10.0


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    require_wrk()
    SCRATCH.mkdir(exist_ok=True)
    with sandbox() as about:
        rows = list(_rows(about, options.worlds, options.connections))
    text = report.table(["in memory, one process", ""], rows)
    print(text)
    if options.write:
        report.place("worlds", text)


def _rows(about: dict[str, Any], worlds: int, connections: int) -> Iterator[list[str]]:
    pid, base = about["process"], about["url"]
    before, began = machine.resident(pid), time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        made = [
            token for tokens in pool.map(lambda _: _made(base, worlds // _CLIENTS), range(_CLIENTS)) for token in tokens
        ]
    seconds, grown = time.perf_counter() - began, machine.resident(pid) - before
    yield [f"{len(made):,} worlds made over HTTP by {_CLIENTS} clients, worlds a second", f"{len(made) / seconds:,.0f}"]
    yield ["memory of a world as it is made, KiB", f"{grown * 1024 / len(made):.1f}"]
    run = _a_run(base, made[0])
    spread = [Request("GET", f"/v1/sequences/{run}", _key(token)) for token in made]
    lists = [Request("GET", "/v1/sequences", _key(token)) for token in made]
    pauses = [_pause(run, token) for token in made]
    for name, plan in (("get", spread), ("list of 10", lists), ("pause", pauses)):
        found = measure(base, write_plan(SCRATCH / "worlds.lua", plan), _SECONDS)
        what = f"{name} spread over all worlds, requests/s; p50, p99 ms; not 2xx"
        yield [what, f"{found.per_second:,.0f}; {found.p50:.2f}, {found.p99:.2f}; {found.refused + found.failed}"]
    changed = machine.resident(pid) - before
    yield ["memory of a world after these, its journal included, KiB", f"{changed * 1024 / len(made):.1f}"]
    plan = write_plan(SCRATCH / "worlds.lua", spread[:1])
    found = measure(base, plan, _SECONDS, connections)
    what = f"get over {connections:,} connections at once, requests/s; p50, p99 ms; errors"
    yield [what, f"{found.per_second:,.0f}; {found.p50:.1f}, {found.p99:.1f}; {found.refused + found.failed}"]


def _made(base: str, count: int) -> list[str]:
    """Makes worlds; returns a token of each."""
    address = urlsplit(base)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    tokens = []
    for _ in range(count):
        connection.request("POST", "/_sandbox/worlds", "{}", {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 201:
            raise SystemExit(f"a world could not be made: {answer.status} {text.decode()}")
        tokens.append(json.loads(text)["organizations"][0]["api_keys"][0]["token"])
    connection.close()
    return tokens


def _a_run(base: str, token: str) -> str:
    address = urlsplit(base)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    connection.request("GET", "/v1/sequences?status=ACTIVE&size=1", headers=_key(token))
    found: str = json.load(connection.getresponse())["items"][0]["id"]
    connection.close()
    return found


def _pause(run: str, token: str) -> Request:
    headers = {**_key(token), "Content-Type": "application/json"}
    return Request("POST", f"/v1/sequences/{run}/pause", headers, '{"paused_until": "2100-01-04T08:00:00Z"}')


def _key(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


if __name__ == "__main__":
    main()
