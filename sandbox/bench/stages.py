"""What each stage of a request costs, in this process, from the bytes of the request to the bytes of the answer.

Run: python sandbox/bench/stages.py [--write]. The sandbox is built as `serve` builds it and fed through uvicorn's protocol
on a transport that keeps nothing, so that all of the program is in the figures and the system's sockets are not. A stage's
figure is its own time without the stages inside it, the lower quartile of many batches; the timers' own cost is taken off.
"""

import argparse
import asyncio
import functools
import gc
import inspect
import json
import logging
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import report
import uvicorn
import uvloop
import work
from contestants import SCRATCH
from sequences_sandbox import app, world
from sequences_sandbox.http import (
    answers,
    body,
    exchange,
    gate,
    ids,
    log,
    middleware,
    parameters,
    recorder,
    router,
    security,
)
from sequences_sandbox.http import compile as compiled
from sequences_sandbox.http.server import LimitedProtocol
from sequences_sandbox.operations import sequences
from uvicorn.protocols.http import httptools_impl
from uvicorn.server import ServerState

_REPEATS = 400
_BATCH = 20
_HANDLERS = ("getSequence", "listSequences", "pauseSequence", "resumeSequence")

_PARSING = "uvicorn: parsing, a task"
_WRITING = "uvicorn: writing"
_STAGES: list[tuple[str, Any, str]] = [
    ("request id", ids.RequestIds, "__call__"),
    ("request's head taken up", exchange.Exchange, "of"),
    ("route", router.Router, "find"),
    ("key", security, "authenticate"),
    ("rate limit and faults", gate.Gate, "admit"),
    ("scope", compiled, "require_scope"),
    ("path and query", compiled, "read_parameter"),
    ("path and query", parameters.Query, "read"),
    ("body read", exchange.Exchange, "read_body"),
    ("body checked", body.Body, "check_type"),
    ("body checked", body.Body, "read"),
    ("world opened, what is due settled", world.Opening, "__enter__"),
    ("world left, changes kept", world.Opening, "__exit__"),
    *(("handler, rules, lookup", sequences, name) for name in _HANDLERS),
    ("answer encoded", answers.Encoder, "answer"),
    ("headers", middleware.ContractMiddleware, "_complete"),
    ("journal and metrics", recorder.Recorder, "keep"),
    ("access log (off)", log.Log, "request"),
    (_WRITING, httptools_impl.RequestResponseCycle, "send"),
    ("between the stages", middleware.ContractMiddleware, "__call__"),
]  # fmt: skip


class Watch:
    """Time by stage, each without what is inside it. Used on one thread."""

    def __init__(self, outer: float = 0) -> None:
        self.spent: dict[str, float] = {}
        self.calls: dict[str, int] = {}
        self._inside: list[float] = [0]
        self._outer = outer
        """Nanoseconds that a timer adds to the stage around the one that it times."""

    def clear(self) -> None:
        """Forgets all."""
        self.spent, self.calls = {}, {}

    def watched(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its time taken."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def later(*arguments: Any, **named: Any) -> Any:
                began = self._enter()
                try:
                    return await function(*arguments, **named)
                finally:
                    self._leave(stage, began)

            return later

        @functools.wraps(function)
        def now(*arguments: Any, **named: Any) -> Any:
            began = self._enter()
            try:
                return function(*arguments, **named)
            finally:
                self._leave(stage, began)

        return now

    def _enter(self) -> int:
        self._inside.append(0)
        return time.perf_counter_ns()

    def _leave(self, stage: str, began: int) -> None:
        took = time.perf_counter_ns() - began
        self.spent[stage] = self.spent.get(stage, 0) + took - self._inside.pop()
        self.calls[stage] = self.calls.get(stage, 0) + 1
        self._inside[-1] += took + self._outer


class NoTransport:
    """A transport that takes all and sends nothing; the last thing written is kept."""

    def __init__(self) -> None:
        self.written = b""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Addresses."""
        return ("127.0.0.1", 1) if name in ("peername", "sockname") else default

    def write(self, data: bytes) -> None:
        """Takes bytes."""
        self.written = data

    def is_closing(self) -> bool:
        """Never."""
        return False

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self) -> None:
        """Nothing is read."""


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    SCRATCH.mkdir(exist_ok=True)
    run_ids = work.write_world(SCRATCH / "world.jsonl")
    logging.basicConfig(level="WARNING")
    costs = {name: uvloop.run(_measured(name, run_ids)) for name in work.OPERATIONS}
    text = _table(costs)
    print(text)
    if options.write:
        report.place("stages", text)


async def _measured(operation: str, run_ids: list[str]) -> dict[str, float]:
    """Microseconds by stage, and in all."""
    whole = await _batches(operation, run_ids, None)
    inner, outer = _cost_of_a_timer()
    watch = Watch(outer)
    kept = [(owner, name, inspect.getattr_static(owner, name)) for _, owner, name in _STAGES]
    for (stage, _, _), (owner, name, found) in zip(_STAGES, kept, strict=True):
        bound = isinstance(found, classmethod)
        watched = watch.watched(stage, found.__func__ if bound else found)
        setattr(owner, name, classmethod(watched) if bound else watched)
    try:
        batches = await _batches(operation, run_ids, watch)
    finally:
        for owner, name, found in kept:
            setattr(owner, name, found)
    costs = {
        stage: _quartile([spent[stage] - inner * calls[stage] for spent, calls, _ in batches])
        for stage in batches[0][0]
    }
    plain = _quartile([took for _, _, took in whole])
    return {**costs, _PARSING: plain - sum(costs.values()), "in all": plain}


def _quartile(of_batches: list[float]) -> float:
    """Microseconds a request: what a quarter of the batches stay below, since other work only ever adds."""
    return statistics.quantiles(of_batches, n=4)[0] / _BATCH / 1000


async def _batches(
    operation: str, run_ids: list[str], watch: Watch | None
) -> list[tuple[dict[str, float], dict[str, int], float]]:
    """Nanoseconds and calls by stage, and nanoseconds in all, of each batch."""
    built = app.build(app.Settings(fixture=str(SCRATCH / "world.jsonl"))).asgi

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        # uvicorn tries whether an application can be called without arguments, and a watched one can.
        await built(scope, receive, send)

    config = uvicorn.Config(asgi, http=LimitedProtocol, ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    protocol, transport = LimitedProtocol(config, ServerState(), {}, asyncio.get_running_loop()), NoTransport()
    protocol.connection_made(transport)  # type: ignore[arg-type]
    gc.collect()
    gc.freeze()  # as `serve` does
    requests = _requests(operation, run_ids)
    found = []
    for _ in range(_REPEATS):
        batch = [next(requests) for _ in range(_BATCH)]
        began = time.perf_counter_ns()
        for data in batch:
            protocol.data_received(data)
            await asyncio.sleep(0)
        took = time.perf_counter_ns() - began
        found.append(({}, {}, took) if watch is None else (watch.spent, watch.calls, took))
        if watch is not None:
            watch.clear()
    return found[_REPEATS // 10 :]


def _requests(operation: str, run_ids: list[str]) -> Iterator[bytes]:
    number = 0
    while True:
        run = run_ids[number % 10]
        resumes = number // 10 % 2
        match operation:
            case "get":
                yield _bytes("GET", f"/v1/sequences/{run}")
            case "list of 10":
                yield _bytes("GET", "/v1/sequences")
            case _ if resumes:
                yield _bytes("POST", f"/v1/sequences/{run}/resume")
            case _:
                until = f"21{number % 100:02}-01-04T08:00:00.{number % 1000:03}Z"
                yield _bytes("POST", f"/v1/sequences/{run}/pause", json.dumps({"paused_until": until}))
        number += 1


def _bytes(method: str, path: str, text: str | None = None) -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:4010\r\nAuthorization: Bearer {work.TOKEN}\r\n"
    if text is None:
        return f"{head}\r\n".encode()
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()


def _cost_of_a_timer() -> tuple[float, float]:
    """Nanoseconds that a timer adds to the stage that it times, and to the one around that."""
    watch = Watch()
    nothing = watch.watched("nothing", lambda: None)
    within, around = [], []
    for _ in range(50):
        watch.clear()
        began = time.perf_counter_ns()
        for _ in range(1000):
            nothing()
        within.append(watch.spent["nothing"] / 1000)
        around.append((time.perf_counter_ns() - began) / 1000)
    return min(within), min(around) - min(within)


def _table(costs: dict[str, dict[str, float]]) -> str:
    stages = list(dict.fromkeys([_PARSING, *(stage for stage, _, _ in _STAGES), "in all"]))
    rows = [[stage, *(_shown(costs[name].get(stage)) for name in work.OPERATIONS)] for stage in stages]
    return report.table(["microseconds", *work.OPERATIONS], rows)


def _shown(cost: float | None) -> str:
    return "" if cost is None else f"{max(cost, 0):.1f}"


if __name__ == "__main__":
    main()
