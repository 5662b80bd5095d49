"""What a run of the suite costs: time, processor time and requests, near and far, and the rules that ask most.

As a program (`python contract_tests/tests/cost.py [--write]`) it serves the sandbox with the fixture `contract`, runs the
command against it through a proxy that holds each response back, and prints docs/suite-cost.md; `--write` writes it there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[2])
from sequences_contract.http.keys import KEY_VARIABLES

from contract_tests.tests.distance import away

ROOT = Path(__file__).resolve().parents[2]
DELAYS = (0, 50, 200)
_ROLES = ("readwrite", "readonly", "writeonly", "noscope", "other_readwrite")
_ALL = ("--profile", "strict", "--allow-writes", "--allow-stops", "all", "--fixture", "contract")


@dataclass(frozen=True)
class Way:
    """A way to run the suite, and the seconds that it may take at each of DELAYS."""

    name: str
    options: tuple[str, ...]
    control: bool
    wanted: tuple[float, ...]


WAYS = {
    "read": Way("reading, profile documented", (), False, (10, 20, 40)),
    "strict": Way("everything, profile strict", _ALL, False, (45, 90, 240)),
    "quick": Way("everything, `--quick`", (*_ALL, "--quick"), False, (10, 10, 10)),
    "quick-control": Way("the same with `--control`", (*_ALL, "--quick"), True, (10, 10, 10)),
    "control": Way("the same with `--control`", _ALL, True, (15, 45, 150)),
}


@dataclass(frozen=True)
class Measured:
    """One run: the whole report, and its cost in seconds."""

    way: str
    delay: int
    status: int
    seconds: float
    processor: float
    report: Mapping[str, Any]


@contextmanager
def sandbox() -> Iterator[int]:
    """The port of a sandbox with the fixture `contract`."""
    command = [
        sys.executable,
        "-m",
        "sequences_sandbox",
        "serve",
        "--fixture",
        "contract",
        "--port",
        "0",
        "--log-level",
        "warning",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            yield next(int(found[1]) for line in process.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
        finally:
            process.terminate()


def measure(way: str, delay: int, *more: str) -> Measured:
    """Runs the command once, `delay` milliseconds away."""
    keys = {KEY_VARIABLES[r]: f"topo_contract_{name}" for r, name in zip(KEY_VARIABLES, _ROLES, strict=True)}
    with tempfile.TemporaryDirectory() as folder, sandbox() as near, away(near, delay / 1000) as port:
        report, url = Path(folder) / "report.json", f"http://127.0.0.1:{port}"
        control = ("--control", url) if WAYS[way].control else ()
        command = [sys.executable, "-m", "sequences_contract.cli", "check", "--url", f"{url}/v1", *WAYS[way].options]
        began = time.monotonic()
        process = subprocess.Popen(
            [*command, *control, *more, "--report-json", str(report)], env=os.environ | keys,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds, processor = time.monotonic() - began, used.ru_utime + used.ru_stime
        return Measured(way, delay, process.returncode, seconds, processor, json.loads(report.read_text("utf-8")))


def main() -> int:
    """Measures what is asked for; 1 where a run did not find that the sandbox conforms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ways", nargs="*", metavar="WAY", help=f"of {', '.join(WAYS)}; all unless named")
    parser.add_argument("--delay", type=int, action="append", choices=DELAYS, help="only at this distance; repeatable")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="keep the reports there")
    parser.add_argument("--option", action="append", default=[], help="a further option of the command; repeatable")
    options = parser.parse_args()
    found = []
    for way in options.ways or WAYS:
        for delay in options.delay or DELAYS:
            one = measure(way, delay, *options.option)
            found.append(one)
            sys.stderr.write(f"{_shown(one)}\n")
            sys.stderr.flush()
            if options.save:
                (options.save / f"{way}-{delay}.json").write_text(json.dumps(one.report), "utf-8")
    return 0 if all(one.status == 0 for one in found) else 1


def _shown(one: Measured) -> str:
    requests = one.report["totals"]["requests"]
    return (
        f"{one.way} at {one.delay} ms: {one.seconds:.1f} s, {one.processor:.1f} s of processor, {requests} requests,"
        f" exit {one.status}"
    )


if __name__ == "__main__":
    sys.exit(main())
