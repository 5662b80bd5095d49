"""What the number of runs in a world, and the number of worlds, do to memory and latency, with the store in memory.

Run: python sandbox/bench/scale.py [--write] [--worlds N] [SIZE ...]. Each size has a process of its own: a fixture is made,
loaded as `serve` loads it, and then called in that process through the whole program, sockets left out, one request at a
time. All times are processor time, so that what else the machine does stays out of it.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import machine
import report
import work
from contestants import SCRATCH
from sequences_sandbox.app import build
from sequences_sandbox.cli.main import main as sandbox_command
from sequences_sandbox.settings import Settings

_SIZES = (1_000, 10_000, 100_000)
_WORLDS = 10_000
_CALLS = 400
_WARM_UP = 10
_FILTERED = "status=ACTIVE&sort_by=updated_at&sort_order=desc"
_PLOTTED = ("get", "default list", "filtered list", "middle page", "last page", "pause", "stop COMPANY")

Found = dict[str, Any]


class Caller:
    """Calls the sandbox in this process."""

    def __init__(self, asgi: Any) -> None:
        self._asgi = asgi
        self._body = b""
        self._status = 0

    async def __call__(self, method: str, path: str, query: str = "", body: Any = None, token: str = work.TOKEN) -> Any:
        """The value of a response; whatever is not a success ends the program."""
        began = time.thread_time_ns()
        await self._asgi(self._scope(method, path, query, token), self._receive(body), self._send)
        self.took = (time.thread_time_ns() - began) / 1000
        if self._status >= 300:
            raise SystemExit(f"{method} {path} {query}: {self._status} {self._body.decode()}")
        return json.loads(self._body)

    def _scope(self, method: str, path: str, query: str, token: str) -> Found:
        headers = [
            (b"host", b"127.0.0.1"), (b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json"),
        ]  # fmt: skip
        return {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "headers": headers,
            "query_string": query.encode(), "http_version": "1.1",
        }  # fmt: skip

    def _receive(self, body: Any) -> Any:
        text = b"" if body is None else json.dumps(body).encode()

        async def receive() -> Found:
            return {"type": "http.request", "body": text, "more_body": False}

        return receive

    async def _send(self, message: Found) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        else:
            self._body = message["body"]


async def _latencies(call: Caller) -> Found:
    """Microseconds, at the middle and the 99th of a hundred, by what is asked."""
    total = (await call("GET", "/v1/sequences"))["total_count"]
    last = -(-total // 10)
    active = (await call("GET", "/v1/sequences", "status=ACTIVE&size=1"))["total_count"]
    runs = [run async for run in _spread(call, active)]
    pauses, stops = runs[::2], runs[1::2]
    asked = {
        "get": [("GET", f"/v1/sequences/{run}") for run in runs],
        "default list": [("GET", "/v1/sequences")] * _CALLS,
        "filtered list": [("GET", "/v1/sequences", _FILTERED)] * _CALLS,
        "middle page": [("GET", "/v1/sequences", f"page={last // 2}")] * _CALLS,
        "by status, middle page": [("GET", "/v1/sequences", f"sort_by=status&page={last // 2}")] * _CALLS,
        "by updated_at, middle page": [("GET", "/v1/sequences", f"sort_by=updated_at&page={last // 2}")] * _CALLS,
        "last page": [("GET", "/v1/sequences", f"page={last}")] * _CALLS,
        "pause": [
            ("POST", f"/v1/sequences/{run}/pause", "", {"paused_until": "2100-01-04T08:00:00Z"}) for run in pauses
        ],
    }
    found = {name: await _timed(call, requests) for name, requests in asked.items()}
    found["list after each pause"] = await _timed_after(call, pauses)
    found["stop COMPANY"], found["runs ended by each stop"] = await _stops(call, stops)
    return found


async def _spread(call: Caller, active: int) -> "Any":
    """Ids of active runs from all over the world."""
    pages = max(1, active // 20)
    step = max(1, pages * 20 // (2 * _CALLS))
    for page in range(1, pages + 1, step):
        for run in (await call("GET", "/v1/sequences", f"status=ACTIVE&size=20&page={page}"))["items"]:
            yield run["id"]


async def _timed(call: Caller, requests: list[Any]) -> list[float]:
    took = []
    for request in requests[: _CALLS + _WARM_UP]:
        await call(*request)
        took.append(call.took)
    return _summary(took[_WARM_UP:])


async def _stops(call: Caller, runs: list[str]) -> tuple[list[float], list[float]]:
    """Latencies of stopping companies, and how many runs each stop ended."""
    took, ended = [], []
    for run in runs[:_CALLS]:
        if (await call("GET", f"/v1/sequences/{run}"))["status"] == "STOPPED_EARLY":
            continue  # with a sibling that was stopped before
        before = await _stopped(call)
        await call("POST", f"/v1/sequences/{run}/stop", "", {"reason": "WIN", "scope": "COMPANY"})
        took.append(call.took)
        ended.append(await _stopped(call) - before)
    return _summary(took), _summary(ended)


async def _stopped(call: Caller) -> int:
    return int((await call("GET", "/v1/sequences", "status=STOPPED_EARLY&size=1"))["total_count"])


async def _timed_after(call: Caller, runs: list[str]) -> list[float]:
    took = []
    for run in runs[:_CALLS]:
        await call("POST", f"/v1/sequences/{run}/pause", "", {"paused_until": "2101-01-04T08:00:00Z"})
        await call("GET", "/v1/sequences", _FILTERED)
        took.append(call.took)
    return _summary(took)


def _summary(took: list[float]) -> list[float]:
    return [statistics.median(took), statistics.quantiles(took, n=100)[98], len(took)]


def one(size: int) -> Found:
    """The figures of one size, in this process."""
    path = SCRATCH / f"world-{size}.jsonl"
    if not path.exists():
        sandbox_command(["fixtures", "generate", "--sequences", str(size), "--seed", "7", "--output", str(path)])
    before, began = machine.resident(_pid()), time.process_time()
    app = build(Settings(fixture=str(path)))
    call = Caller(app.asgi)
    asyncio.run(call("GET", "/v1/sequences"))
    seconds = time.process_time() - began
    grown = machine.resident(_pid()) - before
    latency = asyncio.run(_latencies(call))
    return {"seconds": seconds, "mebibytes": grown, "listed": machine.resident(_pid()) - before, "latency": latency}


def worlds(number: int) -> list[list[str]]:
    """Makes so many worlds of the demo fixture, and uses each once."""
    call = Caller(build(Settings()).asgi)

    async def make() -> str:
        world = await call("POST", "/_sandbox/worlds", "", {})
        return str(world["organizations"][0]["api_keys"][0]["token"])

    async def make_all() -> list[str]:
        return [await make() for _ in range(number)]

    async def use(tokens: list[str]) -> None:
        for token in tokens:
            await call("GET", "/v1/sequences", token=token)

    before, began = machine.resident(_pid()), time.process_time()
    tokens = asyncio.run(make_all())
    seconds, made = time.process_time() - began, machine.resident(_pid()) - before
    asyncio.run(use(tokens))
    used = machine.resident(_pid()) - before
    return [
        [f"{number:,} worlds made, worlds a second of processor time", f"{number / seconds:,.0f}"],
        ["memory of a world as it is made, KiB", f"{made * 1024 / number:.1f}"],
        ["memory of a world that was listed once, KiB", f"{used * 1024 / number:.1f}"],
    ]


def _pid() -> int:
    return int(Path("/proc/self").readlink().name)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=_SIZES)
    parser.add_argument("--worlds", type=int, default=_WORLDS, help="how many worlds to make")
    parser.add_argument("--one", type=int, help="one size, in this process, as JSON")
    parser.add_argument("--write", action="store_true", help="put the table and the plot into docs/performance.md")
    options = parser.parse_args()
    SCRATCH.mkdir(exist_ok=True)
    if options.one is not None:
        print(json.dumps(one(options.one)))
        return
    found = dict(_each(options.sizes))
    text = f"{_table(found)}\n\n{report.table(['in memory, one process', ''], worlds(options.worlds))}"
    print(text)
    if options.write:
        series = {name: {size: found[size]["latency"][name][0] for size in found} for name in _PLOTTED}
        report.lines("scale", "Latency by number of runs, median, in memory", series, "microseconds; runs in the world")
        report.place("scale", f"{text}\n\n![Latency by number of runs](performance/scale.svg)")


def _each(sizes: list[int]) -> Iterator[tuple[int, Found]]:
    for size in sizes:
        command = [sys.executable, "-W", "ignore", __file__, "--one", str(size)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise SystemExit(ran.stderr)
        yield size, json.loads(ran.stdout)


def _table(found: Mapping[int, Found]) -> str:
    sizes = list(found)
    rows = [
        ["load, processor seconds", *(f"{found[size]['seconds']:.1f}" for size in sizes)],
        ["memory, MiB", *(f"{found[size]['mebibytes']:,.0f}" for size in sizes)],
        ["memory, bytes a run", *(f"{found[size]['mebibytes'] * 2**20 / size:,.0f}" for size in sizes)],
        ["the same after every list below", *(f"{found[size]['listed'] * 2**20 / size:,.0f}" for size in sizes)],
    ]
    for name in found[sizes[0]]["latency"]:
        unit = "" if name.startswith("runs") else " us"
        rows.append([f"{name}, p50 / p99{unit}", *(_pair(found[size]["latency"][name]) for size in sizes)])
    return report.table(["runs in the world", *(f"{size:,}" for size in sizes)], rows)


def _pair(summary: list[float]) -> str:
    return f"{summary[0]:.0f} / {summary[1]:.0f}"


if __name__ == "__main__":
    main()
