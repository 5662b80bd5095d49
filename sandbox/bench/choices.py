"""The same sandbox under several servers: what the choice of server costs.

Run: python sandbox/bench/choices.py [--rounds N] [--seconds S] [--write]. Granian is compared where it is installed. Beside
requests a second stands the processor time of a request, which other work on the machine disturbs less.
"""

import argparse
import importlib.util
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import machine
import report
import work
from contestants import SCRATCH, Contestant, Running, start
from wrk import measure, require_wrk

_BIN = Path(sys.executable).parent
_HERE = Path(__file__).parent
_WARM_UP = 1.0


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    require_wrk()
    SCRATCH.mkdir(exist_ok=True)
    plans = work.plans(SCRATCH, work.write_world(SCRATCH / "world.jsonl"))
    running = [start(contestant) for contestant in _servers()]
    figures: dict[str, dict[str, list[tuple[float, float]]]] = {}
    try:
        for server in running:
            for operation in work.OPERATIONS:
                measure(server.base, plans[operation], _WARM_UP)
        for _ in range(options.rounds):
            for operation in work.OPERATIONS:
                for server in running:
                    taken = _measured(server, plans[operation], options.seconds)
                    figures.setdefault(server.contestant.name, {}).setdefault(operation, []).append(taken)
    finally:
        for server in running:
            server.stop()
    rows = [[name, *(_cell(of[operation]) for operation in work.OPERATIONS)] for name, of in figures.items()]
    text = report.table(["requests/s; processor us a request", *work.OPERATIONS], rows)
    print(text)
    if options.write:
        report.place("choices", text)


def _servers() -> list[Contestant]:
    served = [
        str(_BIN / "sequences-sandbox"),
        "serve",
        "--fixture",
        str(SCRATCH / "world.jsonl"),
        "--log-level",
        "warning",
    ]
    found = [
        Contestant("uvicorn, httptools, uvloop (what `serve` runs)", _on_port(*served), {}),
        Contestant(
            "uvicorn, h11, asyncio",
            _on_port(
                str(_BIN / "uvicorn"), "asgi:app", "--app-dir", str(_HERE), "--http", "h11", "--loop", "asyncio",
                "--no-access-log", "--log-level", "warning", "--lifespan", "off",
            ),
            {},
        ),
    ]  # fmt: skip
    if importlib.util.find_spec("granian") is not None:
        command = [
            str(_BIN / "granian"), "asgi:app", "--interface", "asginl", "--working-dir", str(_HERE), "--no-ws", "--loop",
            "uvloop", "--log-level", "error",
        ]  # fmt: skip
        found.append(Contestant("granian", _on_port(*command), {}))
    return found


def _on_port(*command: str) -> Callable[[int], list[str]]:
    return lambda port: [*command, "--port", str(port)]


def _measured(server: Running, plan: Path, seconds: float) -> tuple[float, float]:
    before = machine.processor_seconds(server.process.pid)
    figures = measure(server.base, plan, seconds)
    used = machine.processor_seconds(server.process.pid) - before
    return figures.per_second, used / figures.requests * 1e6


def _cell(taken: list[tuple[float, float]]) -> str:
    speed, cost = (statistics.median(values) for values in zip(*taken, strict=True))
    return f"{speed:,.0f}; {cost:.0f}"


if __name__ == "__main__":
    main()
